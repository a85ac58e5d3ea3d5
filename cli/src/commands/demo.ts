import { staff } from '@stoa/system/seed/accounts'
import { askSupervisor, NotRunning, type ProcessRow } from '@stoa/supervisor/control'
import type { DataFolder } from '@stoa/supervisor/data-folder'
import { systemIn } from '@stoa/supervisor/system-in'
import { addressOf, signIn } from '../api.ts'
import { CommandFailed, readArguments, UsageError } from '../arguments.ts'
import { runDemo } from '../demo/run-demo.ts'
import { showLines, showScreen } from '../demo/show.ts'
import { stoppingAfter } from '../demo/stopping.ts'
import { summarize } from '../demo/summary.ts'
import { note, sayJson, toned } from '../output.ts'
import { runStoa } from '../own-process.ts'

export const help = `Usage: stoa demo [--minutes N] [--orders N] [--rate N] [--seed N] [--json]

Simulates shoppers in the demonstration shop, through the gateway like any client: some cards are declined, a bank does not
respond, products sell out, passwords are forgotten, orders are cancelled and returned. Shows the progress and ends with a
summary. Starts the system in the background if it is not running.
  --minutes N   duration in minutes (default 1)
  --orders N    number of visits instead of a duration; each visit tries to place an order
  --rate N      visits per second (default 3)
  --seed N      repeat the shoppers of an earlier run in the same order
  --json        print the summary as JSON on standard output, and progress on standard error

Ctrl-C stops new visits and prints the summary.
`

export async function run(args: readonly string[]): Promise<number> {
  const { folder, values } = readArguments(args, {
    minutes: { type: 'string' },
    orders: { type: 'string' },
    rate: { type: 'string' },
    seed: { type: 'string' },
    json: { type: 'boolean' },
  })
  const { name } = await systemIn(folder)
  if (name !== 'shop')
    throw new CommandFailed(`the shoppers need the shop, but ${folder.path} holds the system ${name}`)
  const isJson = values.json === true
  const visitsPerSecond = positive('--rate', values.rate) ?? 3
  const minutes = positive('--minutes', values.minutes) ?? (values.orders === undefined ? 1 : undefined)
  const visits = positive('--orders', values.orders) ?? Math.ceil((minutes ?? 1) * 60 * visitsPerSecond)
  const seed = positive('--seed', values.seed) ?? Date.now() % 1_000_000
  const isStarted = await startWhereNeeded(folder)
  const url = await addressOf(folder, 'gateway')
  const { closing, ending, forget } = stoppingAfter(minutes === undefined ? undefined : minutes * 60_000)
  const show = isJson || !process.stdout.isTTY ? showLines({ isForProgram: isJson }) : showScreen(process.stdout)
  const tally = await runDemo({
    url,
    staff: () => signIn(folder, staff.email),
    visits,
    visitsPerSecond,
    seed,
    closing,
    ending,
    onTick: show.tick,
  }).finally(forget)
  if (tally === undefined) {
    throw new CommandFailed('there is nothing to buy: load the demonstration data with "npm run stoa -- seed"')
  }
  show.end(tally)
  const summary = summarize(tally, seed)
  if (isJson) sayJson(summary)
  for (const line of summary.differences) note(toned('red', line))
  if (summary.differences.length === 0) note('Every order has exactly the expected payments, stock and shipments')
  const isReconciled = await reconcile(folder, new Set(summary.orders.map(({ id }) => id)))
  if (isStarted) note('The system keeps running in the background: "npm run stoa -- down" stops it')
  return summary.differences.length === 0 && isReconciled ? 0 : 1
}

interface Report {
  readonly differences: readonly { readonly kind: string; readonly orderId?: string; readonly orderNumber?: string }[]
}

/** Reconciles the records of all services; returns whether they agree on these orders, regardless of older ones. */
async function reconcile(folder: DataFolder, orderIds: ReadonlySet<string>): Promise<boolean> {
  const { code, output } = await runStoa(folder, ['reconcile', '--json'])
  if (!output.startsWith('{')) return code === 0
  const { differences } = JSON.parse(output) as Report
  const own = differences.filter(({ orderId }) => orderId !== undefined && orderIds.has(orderId))
  for (const { kind, orderNumber, orderId } of own) note(toned('red', `${orderNumber ?? orderId}: ${kind}`))
  if (own.length === 0) note('The records of all services agree on these orders')
  const others = differences.length - own.length
  if (others > 0) note(`There are ${others} differences in older orders: see "npm run stoa -- reconcile"`)
  return own.length === 0
}

function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (!(value > 0)) throw new UsageError(`${name} takes a number above 0, not "${text}"`)
  return value
}

/** Starts the system if it is not running: a new user types one command and expects to see something. */
async function startWhereNeeded(folder: DataFolder): Promise<boolean> {
  try {
    const rows = await askSupervisor<ProcessRow[]>(folder, { command: 'ps' })
    const missing = rows.find(({ state }) => state !== 'ready')
    if (missing !== undefined) {
      throw new CommandFailed(`${missing.service} is ${missing.state}: see "npm run stoa -- ps", and try again`)
    }
    return false
  } catch (error) {
    if (!(error instanceof NotRunning)) throw error
    note('Stoa is not running: starting it in the background')
    const { code } = await runStoa(folder, ['up', '--detach'])
    if (code !== 0) throw new CommandFailed('the system could not be started, for the reason above')
    return true
  }
}
