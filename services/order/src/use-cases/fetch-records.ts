import type { Calls } from '@stoa/contract'
import type { OrderService } from '@stoa/contracts/order/service'
import type { Money as WireMoney } from '@stoa/contracts/money/money_pb.js'
import { isAppError, money } from '@stoa/kernel'
import type { AcceptanceRecord, RecordKeeper, OtherRecords, PaymentRecord } from '../domain/records.ts'

/** The clients whose order calls. */
export type OrderCalls = Calls<OrderService['calls']>

type RecordSelection =
  | { readonly orderIds: string[] }
  | { readonly range: { readonly after: string; readonly upTo: string; readonly limit: number } }

/** The record of one service for one order. */
interface OneRecord {
  readonly orderId: string
  readonly record: Partial<OtherRecords>
}

const keepers: Readonly<Record<RecordKeeper, (calls: OrderCalls, wanted: RecordSelection) => Promise<OneRecord[]>>> = {
  payment: async (calls, wanted) =>
    (await calls.payment.listPayments(wanted)).payments.map((payment) => ({
      orderId: payment.orderId,
      record: { payment: paymentRecord(payment) },
    })),
  inventory: async (calls, wanted) =>
    (await calls.inventory.listReservations(wanted)).reservations.map((reservation) => ({
      orderId: reservation.orderId,
      record: { reservation },
    })),
  shipping: async (calls, wanted) =>
    (await calls.shipping.listShipments(wanted)).shipments.map((shipment) => ({
      orderId: shipment.orderId,
      record: { shipment },
    })),
  pricing: async (calls, wanted) =>
    (await calls.pricing.listAcceptances(wanted)).acceptances.map((acceptance) => ({
      orderId: acceptance.orderId,
      record: { acceptance: acceptanceBook(acceptance) },
    })),
}

const keeperNames = Object.keys(keepers) as RecordKeeper[]
const nowhere = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** Returns the services that can be queried: those with a known instance. Rejects if a known instance does not respond. */
export async function findKeepers(
  calls: OrderCalls,
): Promise<{ readonly asked: ReadonlySet<RecordKeeper>; readonly missing: readonly RecordKeeper[] }> {
  const probe = { range: { after: nowhere, upTo: nowhere, limit: 1 } }
  const there = await Promise.all(
    keeperNames.map(async (name) => {
      try {
        await keepers[name](calls, probe)
        return true
      } catch (error) {
        if (isAppError(error, 'service.no_instance')) return false
        throw error
      }
    }),
  )
  const isThere = (_: unknown, index: number) => there[index] === true
  return {
    asked: new Set(keeperNames.filter(isThere)),
    missing: keeperNames.filter((name, index) => !isThere(name, index)),
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

/** The books of a range of orders, up to where everybody has answered in full: at least one order further than `after`. */
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
  const answers = [...asked].map(async (name) => [name, await keepers[name](calls, wanted)] as const)
  return new Map(await Promise.all(answers))
}

function collect(
  asked: ReadonlySet<RecordKeeper>,
  answers: ReadonlyMap<RecordKeeper, readonly OneRecord[]>,
): AskedBooks {
  const records = new Map<string, OtherRecords>()
  const counts = { payment: 0, inventory: 0, shipping: 0, pricing: 0 }
  for (const [name, answered] of answers) {
    counts[name] = answered.length
    for (const { orderId, record } of answered) records.set(orderId, { asked, ...records.get(orderId), ...record })
  }
  return { records, counts }
}

type WirePayment = Awaited<ReturnType<OrderCalls['payment']['listPayments']>>['payments'][number]

function paymentRecord(payment: WirePayment): PaymentRecord {
  const { orderId, status, amount, captured, refunded, refundedByHand, ledgerBalance, ledgerSum } = payment
  const amountOf = (sum: WireMoney | undefined) => Number(sum?.amount ?? 0n)
  return {
    orderId,
    status,
    currency: amount?.currency ?? '',
    captured: amountOf(captured),
    refunded: amountOf(refunded),
    refundedByHand: amountOf(refundedByHand),
    ledgerBalance: amountOf(ledgerBalance),
    ledgerSum: amountOf(ledgerSum),
  }
}

type WireAcceptance = Awaited<ReturnType<OrderCalls['pricing']['listAcceptances']>>['acceptances'][number]

function acceptanceBook({ orderId, quoteId, total, released, uses }: WireAcceptance): AcceptanceRecord {
  return {
    orderId,
    quoteId: quoteId === '' ? undefined : quoteId,
    total: total === undefined ? undefined : money(Number(total.amount), total.currency),
    isReleased: released,
    uses,
  }
}
