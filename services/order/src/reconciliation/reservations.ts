import type { Difference, OrderRecord, ReservationRecord } from '../domain/records.ts'
import { sameUnits, unitsInWords } from '../domain/units.ts'
import { pageSize, type Comparer, type OrderCalls, type Outcome, type Report } from './comparer.ts'

/** Reservations of stock, and the totals of stock. */
export const reservations: Comparer = {
  keeper: 'inventory',
  areas: ['reservation', 'stock'],
  countedAs: 'reservations',
  fetch: async (calls, wanted) =>
    (await calls.inventory.listReservations(wanted)).reservations.map((reservation) => ({
      orderId: reservation.orderId,
      record: { reservation },
    })),
  compare: (order, outcome, { reservation }, report) => compareReservation(order, outcome, reservation, report),
  findOrphan: ({ reservation }, report) => {
    if (reservation !== undefined && isLive(reservation) && !isCart(reservation))
      report('reservation.orphan', 'an order', `${reservation.status}, ${unitsInWords(reservation.lines)}`)
  },
  totals: { countedAs: 'stockPlaces', check: checkStock },
}

function compareReservation(
  order: OrderRecord,
  outcome: Outcome,
  reservation: ReservationRecord | undefined,
  report: Report,
): void {
  if (outcome === 'ended') {
    if (reservation !== undefined && isLive(reservation) && !isCart(reservation))
      report('reservation.kept', 'none, or released', `${reservation.status}, ${unitsInWords(reservation.lines)}`)
    return
  }
  const wanted = order.status === 'confirmed' || order.status === 'picking' ? 'confirmed' : 'fulfilled'
  if (reservation === undefined || !isLive(reservation))
    return report('reservation.missing', wanted, reservation?.status ?? 'no reservation')
  if (reservation.status !== wanted) report('reservation.status_differs', wanted, reservation.status)
  if (!sameUnits(reservation.lines, order.lines))
    report('reservation.lines_differ', unitsInWords(order.lines), unitsInWords(reservation.lines))
  if (!sameUnits(reservation.returned, order.returned))
    report('reservation.returned_differs', unitsInWords(order.returned), unitsInWords(reservation.returned))
}

function isLive({ status }: ReservationRecord): boolean {
  return status !== 'released'
}

/** Reservations of carts expire automatically. */
function isCart({ status, expires }: ReservationRecord): boolean {
  return status === 'held' && expires
}

async function checkStock(calls: OrderCalls) {
  const differences: Difference[] = []
  let count = 0
  let afterSku = ''
  do {
    const page = await calls.inventory.checkStock({ afterSku, limit: pageSize })
    for (const { sku, warehouseId, onHand, moved, reserved, promised } of page.differences) {
      const subject = `${sku} ${warehouseId}`
      if (onHand !== moved)
        differences.push({
          kind: 'stock.on_hand_differs',
          subject,
          expected: `${moved} moved`,
          found: `${onHand} on hand`,
        })
      if (reserved !== promised)
        differences.push({
          kind: 'stock.reserved_differs',
          subject,
          expected: `${promised} promised`,
          found: `${reserved} reserved`,
        })
    }
    count += page.places
    afterSku = page.nextAfterSku
  } while (afterSku !== '')
  return { differences, count }
}
