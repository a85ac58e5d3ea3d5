import { parseArgs } from 'node:util'
import { checkout } from './benches/checkout.ts'
import { start } from './benches/start.ts'
import type { Bench, Figure } from './figure.ts'

const benches: readonly Bench[] = [start, checkout]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, list: { type: 'boolean' }, smoke: { type: 'boolean' } },
})

if (values.list === true) {
  for (const { name, summary } of benches) console.log(`${name.padEnd(12)} ${summary}`)
} else {
  const wanted = benches.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  const unknown = positionals.filter((name) => !benches.some((bench) => bench.name === name))
  if (unknown.length > 0) {
    console.error(`There is no bench ${unknown.join(', ')}; --list names those there are.`)
    process.exitCode = 2
  } else for (const bench of wanted) print(await bench.run({ isSmoke: values.smoke === true, note }))
}

function note(line: string): void {
  if (values.json !== true) console.error(`  ${line}`)
}

function print(figures: readonly Figure[]): void {
  if (values.json === true) for (const figure of figures) console.log(JSON.stringify(figure))
  else {
    for (const { bench, metric, ours, unit } of figures)
      console.log(`${bench.padEnd(10)} ${metric.padEnd(32)} ${String(ours).padStart(10)} ${unit}`)
    console.log(`settings   ${JSON.stringify(figures[0]?.settings)}`)
  }
}
