import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { fullCount } from '../fuzz/arguments.ts'

/** How long a run continues, and how hard. */
export interface Plan {
  readonly seed: number
  /** At least as many faults, */
  readonly faults: number
  /** processes killed, */
  readonly kills: number
  /** sagas taken over from a worker that was lost, */
  readonly takeovers: number
  /** and minutes under fire. */
  readonly minutes: number
  /** Whether faults last longer, too. */
  readonly isLong: boolean
  readonly shoppers: number
  /** Kinds of faults to choose from; all of them unless given. */
  readonly only: readonly string[] | undefined
  /** Random requests to each operation of another system, when the fire is out. */
  readonly fuzz: number
  /** Leaves the system running, to look at. */
  readonly isKept: boolean
}

export const help = `Usage: npm run chaos -- [--seed N] [--count N] [--full] [--minutes N] [--only KIND,...] [--shoppers N] [--keep]

Shoppers order from a running system while one fault after another hits it; then looks whether all is well and the books agree.
  --seed N      the same faults as in the run that printed it
  --count N     how many faults (15)
  --minutes N   go on for so long at least, with longer faults
  --full        500 kills, 1,000 sagas taken over and 30 minutes at least; then 'npm run fuzz -- --full'
  --only a,b    these kinds of faults alone
  --keep        let the system run on afterwards, to look at
`

const everyKindOnce = 15

/** Reads the command line. @throws TypeError for what it does not know */
export function readArguments(args: readonly string[]): Plan | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean' },
      seed: { type: 'string' },
      count: { type: 'string' },
      minutes: { type: 'string' },
      full: { type: 'boolean' },
      only: { type: 'string' },
      shoppers: { type: 'string' },
      keep: { type: 'boolean' },
    },
  })
  if (values.help === true) return 'help'
  const isFull = values.full === true
  const minutes = isFull ? 30 : number('minutes', values.minutes, 0)
  const isLong = minutes > 0
  return {
    seed: number('seed', values.seed, randomInt(2 ** 31)),
    faults: number('count', values.count, isLong ? 0 : everyKindOnce),
    kills: isFull ? 500 : 0,
    takeovers: isFull ? 1_000 : 0,
    minutes,
    isLong,
    shoppers: number('shoppers', values.shoppers, 8),
    only: values.only?.split(',').map((kind) => kind.trim()),
    fuzz: isFull ? fullCount : 0,
    isKept: values.keep === true,
  }
}

function number(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const value = Number(text)
  if (text.trim() !== '' && value >= 0) return value
  throw new TypeError(`--${name} takes a number, not "${text}"`)
}
