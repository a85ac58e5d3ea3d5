import { isAppError } from '@stoa/kernel'
import type { OtherRecords, RecordKeeper } from '../domain/records.ts'
import type { OneRecord, OrderCalls, RecordSelection } from './comparer.ts'
import { comparers, noCounts } from './comparers.ts'

const nowhere = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** Returns the services that can be queried: those with a known instance. Rejects if a known instance does not respond. */
export async function findKeepers(
  calls: OrderCalls,
): Promise<{ readonly asked: ReadonlySet<RecordKeeper>; readonly missing: readonly RecordKeeper[] }> {
  const probe = { range: { after: nowhere, upTo: nowhere, limit: 1 } }
  const there = await Promise.all(
    comparers.map(async ({ fetch }) => {
      try {
        await fetch(calls, probe)
        return true
      } catch (error) {
        if (isAppError(error, 'service.no_instance')) return false
        throw error
      }
    }),
  )
  const keepers = comparers.map(({ keeper }) => keeper)
  const isThere = (_: unknown, index: number) => there[index] === true
  return {
    asked: new Set(keepers.filter(isThere)),
    missing: keepers.filter((keeper, index) => !isThere(keeper, index)),
  }
}

/** Records of other services by order; omits orders without records. */
export interface AskedBooks {
  readonly records: ReadonlyMap<string, OtherRecords>
  /** How many each has answered. */
  readonly counts: Readonly<Record<RecordKeeper, number>>
}

/** Fetches the records of these orders. */
export async function fetchRecordsOf(
  calls: OrderCalls,
  asked: ReadonlySet<RecordKeeper>,
  orderIds: readonly string[],
): Promise<AskedBooks> {
  return collect(asked, await askAll(calls, asked, { orderIds: [...orderIds] }))
}

/** The books of a range of orders, up to where every service has answered in full: at least one order further than `after`. */
export async function fetchRecordsIn(
  calls: OrderCalls,
  asked: ReadonlySet<RecordKeeper>,
  range: { readonly after: string; readonly upTo: string; readonly limit: number },
): Promise<AskedBooks & { readonly end: string }> {
  const answers = await askAll(calls, asked, { range })
  const ends = [...answers.values()].flatMap((records) =>
    records.length < range.limit ? [] : (records.at(-1)?.orderId ?? []),
  )
  const end = ends.reduce((lowest, each) => (each < lowest ? each : lowest), range.upTo)
  const within = [...answers].map(([name, records]) => [name, records.filter(({ orderId }) => orderId <= end)] as const)
  return { ...collect(asked, new Map(within)), end }
}

async function askAll(
  calls: OrderCalls,
  asked: ReadonlySet<RecordKeeper>,
  wanted: RecordSelection,
): Promise<Map<RecordKeeper, readonly OneRecord[]>> {
  const answers = comparers
    .filter(({ keeper }) => asked.has(keeper))
    .map(async ({ keeper, fetch }) => [keeper, await fetch(calls, wanted)] as const)
  return new Map(await Promise.all(answers))
}

function collect(
  asked: ReadonlySet<RecordKeeper>,
  answers: ReadonlyMap<RecordKeeper, readonly OneRecord[]>,
): AskedBooks {
  const records = new Map<string, OtherRecords>()
  const counts = noCounts()
  for (const [name, answered] of answers) {
    counts[name] = answered.length
    for (const { orderId, record } of answered) records.set(orderId, { asked, ...records.get(orderId), ...record })
  }
  return { records, counts }
}
