import { parseArgs } from 'node:util'
import { catalogue } from './benches/catalogue.ts'
import { checkout } from './benches/checkout.ts'
import { oversell } from './benches/oversell.ts'
import { rpc } from './benches/rpc.ts'
import { start } from './benches/start.ts'
import { isOnTarget, type Bench, type Figure } from './figure.ts'

const benches: readonly Bench[] = [start, checkout, rpc, oversell, catalogue]

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
  } else
    for (const bench of wanted) {
      const figures = await bench.run({ isSmoke: values.smoke === true, note })
      print(figures)
      // What a smoke takes says nothing.
      if (values.smoke !== true && !figures.every(isOnTarget)) process.exitCode = 1
    }
}

function note(line: string): void {
  if (values.json !== true) console.error(`  ${line}`)
}

function print(figures: readonly Figure[]): void {
  if (values.json === true) for (const figure of figures) console.log(JSON.stringify(figure))
  else {
    for (const figure of figures) {
      const { bench, metric, ours, unit } = figure
      const line = `${bench.padEnd(10)} ${metric.padEnd(40)} ${String(ours).padStart(8)} ${unit.padEnd(8)}`
      console.log(`${line} ${targetText(figure)}`.trimEnd())
    }
    console.log(`settings   ${JSON.stringify(figures[0]?.settings)}`)
  }
}

function targetText(figure: Figure): string {
  const { target, peer, peerValue, ratio, unit } = figure
  if (peer !== undefined) return `${ratio}× ${peer} (${peerValue} ${unit})`
  if (target === undefined) return ''
  const goal = 'atMost' in target ? `at most ${target.atMost}` : `at least ${target.atLeast}`
  return `${goal}${isOnTarget(figure) ? '' : ', MISSED'}`
}
