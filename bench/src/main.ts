import { parseArgs } from 'node:util'
import { runAll } from './all/run-all.ts'
import { checkout } from './benches/checkout.ts'
import { benches } from './benches/list.ts'
import { goalText, isOnTarget, type Bench, type Figure } from './figure.ts'
import { interruptible } from './interrupts.ts'
import { comparePairs } from './pairs.ts'

const options = {
  json: { type: 'boolean' },
  list: { type: 'boolean' },
  smoke: { type: 'boolean' },
  full: { type: 'boolean' },
  against: { type: 'string' },
  data: { type: 'string' },
  pairs: { type: 'string', default: '10' },
} as const
const all = 'all'
const { values, positionals } = process.argv.slice(2).includes(all)
  ? // Its table goes to standard output, and JSON to a file.
    parseArgs({ allowPositionals: true, options: { ...options, json: { type: 'string' } } })
  : parseArgs({ allowPositionals: true, options })
const isSmoke = values.smoke === true
const isFull = values.full === true

if (values.list === true) {
  for (const { name, summary } of benches) console.log(`${name.padEnd(12)} ${summary}`)
  console.log(`${all.padEnd(12)} every bench, and one table of all goals with their targets; --json FILE writes it too`)
  console.log(
    `${'pairs'.padEnd(12)} CPU of a checkout here against the tree in --against FOLDER, over --pairs 10 pairs`,
  )
} else {
  const [first, ...rest] = positionals
  await interruptible(() => {
    if (first === all) return runTable(rest)
    return first === 'pairs' ? runPairs(rest) : runBenches(positionals)
  })
}

async function runTable(names: readonly string[]): Promise<void> {
  if (values.against !== undefined || values.data !== undefined)
    return refuse('all takes neither --against nor --data: name a bench instead.')
  if (values.json === '') return refuse('--json is empty: name a file.')
  const wanted = wantedOf(names)
  if (wanted === undefined) return
  const json = typeof values.json === 'string' ? values.json : undefined
  const isGood = await runAll({ names: wanted.map(({ name }) => name), isSmoke, isFull, json })
  if (!isGood) process.exitCode = 1
}

async function runBenches(names: readonly string[]): Promise<void> {
  for (const bench of wantedOf(names) ?? []) {
    const figures = await bench.run({ isSmoke, isFull, against: values.against, data: values.data, note })
    print(figures)
    // What a smoke takes says nothing.
    if (!isSmoke && !figures.every(isOnTarget)) process.exitCode = 1
  }
}

/** The benches of these names, or all without a name; undefined, after a refusal, if one does not exist. */
function wantedOf(names: readonly string[]): readonly Bench[] | undefined {
  const unknown = names.filter((name) => !benches.some((bench) => bench.name === name))
  if (unknown.length === 0) return benches.filter(({ name }) => names.length === 0 || names.includes(name))
  refuse(`There is no bench ${unknown.join(', ')}; --list lists the benches.`)
  return undefined
}

async function runPairs(names: readonly string[]): Promise<void> {
  const pairs = Number(values.pairs)
  const isCheckout = names.length === 0 || (names.length === 1 && names[0] === checkout.name)
  if (!isCheckout) return refuse('Only checkout runs in pairs.')
  if (values.against === undefined) return refuse('pairs needs --against FOLDER, the tree to compare with.')
  if (!Number.isSafeInteger(pairs) || pairs < 1) return refuse('--pairs is a number of pairs, 1 or more.')
  print(await comparePairs({ against: values.against, pairs, isSmoke, isFull, note }))
}

function refuse(message: string): void {
  console.error(message)
  process.exitCode = 2
}

function note(line: string): void {
  console.error(`  ${line}`)
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
  const { target, peer, peerValue, ratio, ratioLow, ratioHigh, unit } = figure
  const interval = ratioLow === undefined ? '' : ` (95 %: ${ratioLow} to ${ratioHigh})`
  const beside = peer === undefined ? [] : [`${ratio}×${interval} ${peer} (${peerValue} ${unit})`]
  if (target === undefined) return beside.join('')
  return [...beside, `${goalText(target)}${isOnTarget(figure) ? '' : ', MISSED'}`].join(', ')
}
