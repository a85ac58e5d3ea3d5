import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'

/** How many requests are sent, and which. */
export interface FuzzPlan {
  readonly seed: number
  /** Requests to each operation. */
  readonly count: number
  /** `order.placeOrder`; all operations unless given. */
  readonly only: readonly string[] | undefined
  /** Whether the machine has four times its work beside. */
  readonly isBusy: boolean
}

/** Requests to each operation in a full run. */
export const fullCount = 21_000

export const help = `Usage: npm run fuzz -- [--seed N] [--count N] [--full] [--only OPERATION,...] [--busy]

Sends random requests to every operation of a running system: some right, most wrong in places, some nothing but noise.
  --seed N      the same requests as in the run that printed it
  --count N     how many to each operation (20)
  --full        ${fullCount} to each: over two and a half million, and a look at what the processes keep
  --only a,b    to these operations alone, as order.placeOrder
  --busy        on a machine that burns its cores and syncs its disk beside it
`

/** Reads the command line. @throws TypeError for what it does not know */
export function readArguments(args: readonly string[]): FuzzPlan | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean' },
      seed: { type: 'string' },
      count: { type: 'string' },
      full: { type: 'boolean' },
      only: { type: 'string' },
      busy: { type: 'boolean' },
    },
  })
  if (values.help === true) return 'help'
  return {
    seed: wholeNumber('seed', values.seed) ?? randomInt(2 ** 31),
    count: values.full === true ? fullCount : (wholeNumber('count', values.count) ?? 20),
    isBusy: values.busy === true,
    only: values.only?.split(',').map((name) => name.trim()),
  }
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined || /^\d+$/.test(text)) return text === undefined ? undefined : Number(text)
  throw new TypeError(`--${name} takes a whole number, not "${text}"`)
}
