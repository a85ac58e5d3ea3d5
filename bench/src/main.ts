import { parseArgs } from 'node:util'
import { catalogue } from './benches/catalogue.ts'
import { checkout } from './benches/checkout.ts'
import { events } from './benches/events.ts'
import { eventstore } from './benches/eventstore.ts'
import { eventLog } from './benches/event-log.ts'
import { inference } from './benches/inference.ts'
import { oversell } from './benches/oversell.ts'
import { rpc } from './benches/rpc.ts'
import { saga } from './benches/saga.ts'
import { start } from './benches/start.ts'
import { statements } from './benches/statements.ts'
import { isOnTarget, type Bench, type Figure } from './figure.ts'
import { interruptible } from './interrupts.ts'
import { comparePairs } from './pairs.ts'

const benches: readonly Bench[] = [
  start,
  checkout,
  statements,
  rpc,
  oversell,
  catalogue,
  eventLog,
  saga,
  events,
  eventstore,
  inference,
]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean' },
    list: { type: 'boolean' },
    smoke: { type: 'boolean' },
    full: { type: 'boolean' },
    against: { type: 'string' },
    data: { type: 'string' },
    pairs: { type: 'string', default: '10' },
  },
})
const isSmoke = values.smoke === true
const isFull = values.full === true

if (values.list === true) {
  for (const { name, summary } of benches) console.log(`${name.padEnd(12)} ${summary}`)
  console.log(
    `${'pairs'.padEnd(12)} CPU of a checkout here against the tree in --against FOLDER, over --pairs 10 pairs`,
  )
} else {
  const [first, ...rest] = positionals
  await interruptible(() => (first === 'pairs' ? runPairs(rest) : runBenches(positionals)))
}

async function runBenches(names: readonly string[]): Promise<void> {
  const wanted = benches.filter(({ name }) => names.length === 0 || names.includes(name))
  const unknown = names.filter((name) => !benches.some((bench) => bench.name === name))
  if (unknown.length > 0) return refuse(`There is no bench ${unknown.join(', ')}; --list lists the benches.`)
  for (const bench of wanted) {
    const figures = await bench.run({ isSmoke, isFull, against: values.against, data: values.data, note })
    print(figures)
    // What a smoke takes says nothing.
    if (!isSmoke && !figures.every(isOnTarget)) process.exitCode = 1
  }
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
  const { target, peer, peerValue, ratio, ratioLow, ratioHigh, unit } = figure
  const interval = ratioLow === undefined ? '' : ` (95 %: ${ratioLow} to ${ratioHigh})`
  const beside = peer === undefined ? [] : [`${ratio}×${interval} ${peer} (${peerValue} ${unit})`]
  if (target === undefined) return beside.join('')
  return [...beside, `${goalText(target)}${isOnTarget(figure) ? '' : ', MISSED'}`].join(', ')
}

function goalText(target: NonNullable<Figure['target']>): string {
  if ('ratioAtLeast' in target) return `at least ${target.ratioAtLeast}×`
  return 'atMost' in target ? `at most ${target.atMost}` : `at least ${target.atLeast}`
}
