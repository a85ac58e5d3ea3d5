import type { StandIns } from './stand-ins.ts'

interface Range {
  readonly after: string
  readonly upTo: string
  readonly limit: number
}

interface Wanted {
  readonly orderIds?: readonly string[]
  readonly range?: Range | undefined
}

type Row = { readonly orderId: string } & Record<string, unknown>
type Shelf = Map<string, Row>

/** What the other services keep, as their reconciliation methods answer it; a test writes into it. */
export interface OtherRecords {
  readonly payments: Shelf
  readonly reservations: Shelf
  readonly shipments: Shelf
  readonly acceptances: Shelf
  readonly stock: object[]
  readonly promotions: object[]
  /** Callees that are not deployed, or away, by the code they fail with. */
  readonly away: Map<string, Error>
  /** How often books were asked for. */
  readonly asked: () => number
  /** Runs once before the nth request is answered. */
  readonly beforeAnswer: (at: number, act: () => Promise<void> | void) => void
  readonly calls: StandIns['calls']
}

const eur = (amount: number) => ({ amount: BigInt(amount), currency: 'EUR' })

/** Empty books beside the stand-ins of a test. */
export function otherRecords(others: StandIns): OtherRecords {
  const shelves = { payments: new Map(), reservations: new Map(), shipments: new Map(), acceptances: new Map() }
  const away = new Map<string, Error>()
  const acts = new Map<number, () => Promise<void> | void>()
  let asked = 0
  const list = (callee: string, shelf: Shelf) => async (wanted: Wanted) => {
    const error = away.get(callee)
    if (error !== undefined) throw error
    asked += 1
    await acts.get(asked)?.()
    return rowsOf(shelf, wanted)
  }
  const stock: object[] = []
  const promotions: object[] = []
  return {
    ...shelves,
    stock,
    promotions,
    away,
    asked: () => asked,
    beforeAnswer(at, act) {
      asked = 0
      acts.clear()
      acts.set(at, act)
    },
    calls: {
      pricing: {
        ...others.calls.pricing,
        listAcceptances: async (wanted) => ({ acceptances: await list('pricing', shelves.acceptances)(wanted) }),
        checkPromotions: async () => ({ differences: promotions, promotions: 3, nextAfterPromotionId: '' }),
      },
      inventory: {
        ...others.calls.inventory,
        listReservations: async (wanted) => ({ reservations: await list('inventory', shelves.reservations)(wanted) }),
        checkStock: async () => ({ differences: stock, places: 7, nextAfterSku: '' }),
      },
      payment: {
        ...others.calls.payment,
        listPayments: async (wanted) => ({ payments: await list('payment', shelves.payments)(wanted) }),
      },
      shipping: {
        ...others.calls.shipping,
        listShipments: async (wanted) => ({ shipments: await list('shipping', shelves.shipments)(wanted) }),
      },
    },
  }
}

function rowsOf(shelf: Shelf, { orderIds = [], range }: Wanted): Row[] {
  const rows = [...shelf.values()].toSorted((one, other) => (one.orderId < other.orderId ? -1 : 1))
  if (range === undefined) return rows.filter(({ orderId }) => orderIds.includes(orderId))
  return rows.filter(({ orderId }) => orderId > range.after && orderId <= range.upTo).slice(0, range.limit)
}

/** A captured payment of an order of the stand-ins' price. */
export const paid = (orderId: string, more: object = {}): Row => ({
  orderId,
  status: 'captured',
  amount: eur(2499),
  captured: eur(2499),
  refunded: eur(0),
  refundedByHand: eur(0),
  ledgerBalance: eur(2499),
  ledgerSum: eur(0),
  ...more,
})

/** The reservation of an order of two teas. */
export const reserved = (orderId: string, status = 'confirmed'): Row => ({
  orderId,
  status,
  lines: [{ sku: 'TEA', quantity: 2 }],
  returned: [],
  expires: false,
})

/** Has everybody keep what is right for a confirmed order. */
export function keepConfirmed(records: OtherRecords, orderId: string, quoteId: string): void {
  records.payments.set(orderId, paid(orderId))
  records.reservations.set(orderId, reserved(orderId))
  records.shipments.set(orderId, { orderId, status: 'planned' })
  records.acceptances.set(orderId, { orderId, quoteId, total: eur(2499), released: false, uses: 1 })
}
