import { checkoutSettings, makeShoppers, placeOrders } from '../checkout-round.ts'
import { rounded, type Bench, type BenchOptions, type Figure } from '../figure.ts'
import { shopOrderPath } from '../order-path.ts'
import { withStatementCounts, type CountedStatement, type StatementCounts } from '../statement-counts.ts'
import { machineSettings, makeSystem } from '../system-under-test.ts'

/** What an order asks of each database: unlike CPU, the same on any machine and at any time. */
export const statements: Bench = {
  name: 'statements',
  summary: 'statements, transactions and execution time an order takes in each database; --full prints each statement',
  async run(options) {
    const system = await makeSystem(checkoutSettings(0.1))
    try {
      return await withStatementCounts(system, (counts) => countOrders(system, counts, options))
    } finally {
      await system.remove()
    }
  },
}

const concurrency = 8

async function countOrders(
  system: Parameters<typeof makeShoppers>[0],
  counts: StatementCounts,
  { isSmoke, isFull, note }: BenchOptions,
): Promise<Figure[]> {
  const orders = isSmoke ? 4 : 400
  const shoppers = await makeShoppers(system, isSmoke ? 1 : concurrency)
  await placeOrders(shoppers, isSmoke ? 2 : 300)
  await system.stoa('wait', '--rest')
  await counts.reset()
  note(`${orders} orders, ${shoppers.length} concurrent`)
  await placeOrders(shoppers, orders)
  await system.stoa('wait', '--rest')
  const counted = await counts.read()
  if (isFull) printStatements(counted, orders)
  const settings = { ...machineSettings(), orders, concurrency: shoppers.length, sampling: 0.1 }
  return figuresOf(counted, orders, await shopOrderPath()).map((each) => ({ bench: 'statements', settings, ...each }))
}

type Counted = Pick<Figure, 'metric' | 'ours' | 'unit'>

function figuresOf(counted: readonly CountedStatement[], orders: number, path: ReadonlySet<string>): Counted[] {
  const sum = (of: (each: CountedStatement) => boolean, read: (each: CountedStatement) => number) =>
    rounded(counted.filter(of).reduce((total, each) => total + read(each), 0) / orders)
  const group = (name: string, of: (each: CountedStatement) => boolean): Counted[] => [
    { metric: `statements ${name}`, ours: sum(of, ({ calls }) => calls), unit: '/order' },
    {
      metric: `transactions ${name}`,
      ours: sum(
        (each) => of(each) && isCommit(each),
        ({ calls }) => calls,
      ),
      unit: '/order',
    },
    { metric: `execution ${name}`, ours: sum(of, ({ ms }) => ms), unit: 'ms/order' },
  ]
  const isLog = ({ database }: CountedStatement) => database === 'event_log'
  const isOnPath = (each: CountedStatement) => path.has(each.database)
  const databases = [...new Set(counted.map(({ database }) => database))].toSorted()
  return [
    ...group('on the path of the order', isOnPath),
    ...group('of what follows it', (each) => !isOnPath(each) && !isLog(each)),
    ...databases.flatMap((name) => group(`in ${name}`, ({ database }) => database === name)),
  ]
}

/** A statement outside of a transaction commits by itself and is not counted. */
function isCommit({ text }: CountedStatement): boolean {
  return text === 'commit'
}

function printStatements(counted: readonly CountedStatement[], orders: number): void {
  for (const { database, calls, ms, text } of counted.filter((each) => each.calls * 20 >= orders))
    console.log(
      `${database.padEnd(14)} ${(calls / orders).toFixed(2).padStart(6)} ${(ms / orders).toFixed(3).padStart(8)} ms ${text}`,
    )
}
