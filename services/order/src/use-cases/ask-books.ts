import type { Calls } from '@stoa/contract'
import type { OrderService } from '@stoa/contracts/order/service'
import type { Money as WireMoney } from '@stoa/contracts/money/money_pb.js'
import { isAppError, money } from '@stoa/kernel'
import type { AcceptanceBook, BookKeeper, OtherBooks, PaymentBook } from '../domain/books.ts'

/** The clients of whom order calls. */
export type OrderCalls = Calls<OrderService['calls']>

type Wanted =
  | { readonly orderIds: string[] }
  | { readonly range: { readonly after: string; readonly upTo: string; readonly limit: number } }

/** What one of them says of one order, under the name it has among what all say of it. */
interface OneBook {
  readonly orderId: string
  readonly book: Partial<OtherBooks>
}

const keepers: Readonly<Record<BookKeeper, (calls: OrderCalls, wanted: Wanted) => Promise<OneBook[]>>> = {
  payment: async (calls, wanted) =>
    (await calls.payment.listPayments(wanted)).payments.map((payment) => ({
      orderId: payment.orderId,
      book: { payment: paymentBook(payment) },
    })),
  inventory: async (calls, wanted) =>
    (await calls.inventory.listReservations(wanted)).reservations.map((reservation) => ({
      orderId: reservation.orderId,
      book: { reservation },
    })),
  shipping: async (calls, wanted) =>
    (await calls.shipping.listShipments(wanted)).shipments.map((shipment) => ({
      orderId: shipment.orderId,
      book: { shipment },
    })),
  pricing: async (calls, wanted) =>
    (await calls.pricing.listAcceptances(wanted)).acceptances.map((acceptance) => ({
      orderId: acceptance.orderId,
      book: { acceptance: acceptanceBook(acceptance) },
    })),
}

const keeperNames = Object.keys(keepers) as BookKeeper[]
const nowhere = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** Whose books can be asked for: those of which an instance is known. Rejects when one is known and does not answer. */
export async function findKeepers(
  calls: OrderCalls,
): Promise<{ readonly asked: ReadonlySet<BookKeeper>; readonly missing: readonly BookKeeper[] }> {
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

/** What others say of orders, by order; an order of which nobody says anything is left out. */
export interface AskedBooks {
  readonly books: ReadonlyMap<string, OtherBooks>
  /** How many each has answered. */
  readonly counts: Readonly<Record<BookKeeper, number>>
}

/** Asks for the books of these orders. */
export async function askBooksOf(
  calls: OrderCalls,
  asked: ReadonlySet<BookKeeper>,
  orderIds: readonly string[],
): Promise<AskedBooks> {
  return collect(asked, await askAll(calls, asked, { orderIds: [...orderIds] }))
}

/** The books of a range of orders, up to where everybody has answered in full: at least one order further than `after`. */
export async function askBooksIn(
  calls: OrderCalls,
  asked: ReadonlySet<BookKeeper>,
  range: { readonly after: string; readonly upTo: string; readonly limit: number },
): Promise<AskedBooks & { readonly end: string }> {
  const answers = await askAll(calls, asked, { range })
  const ends = [...answers.values()].flatMap((books) =>
    books.length < range.limit ? [] : (books.at(-1)?.orderId ?? []),
  )
  const end = ends.reduce((lowest, each) => (each < lowest ? each : lowest), range.upTo)
  const within = [...answers].map(([name, books]) => [name, books.filter(({ orderId }) => orderId <= end)] as const)
  return { ...collect(asked, new Map(within)), end }
}

async function askAll(
  calls: OrderCalls,
  asked: ReadonlySet<BookKeeper>,
  wanted: Wanted,
): Promise<Map<BookKeeper, readonly OneBook[]>> {
  const answers = [...asked].map(async (name) => [name, await keepers[name](calls, wanted)] as const)
  return new Map(await Promise.all(answers))
}

function collect(asked: ReadonlySet<BookKeeper>, answers: ReadonlyMap<BookKeeper, readonly OneBook[]>): AskedBooks {
  const books = new Map<string, OtherBooks>()
  const counts = { payment: 0, inventory: 0, shipping: 0, pricing: 0 }
  for (const [name, answered] of answers) {
    counts[name] = answered.length
    for (const { orderId, book } of answered) books.set(orderId, { asked, ...books.get(orderId), ...book })
  }
  return { books, counts }
}

type WirePayment = Awaited<ReturnType<OrderCalls['payment']['listPayments']>>['payments'][number]

function paymentBook(payment: WirePayment): PaymentBook {
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

function acceptanceBook({ orderId, quoteId, total, released, uses }: WireAcceptance): AcceptanceBook {
  return {
    orderId,
    quoteId: quoteId === '' ? undefined : quoteId,
    total: total === undefined ? undefined : money(Number(total.amount), total.currency),
    isReleased: released,
    uses,
  }
}
