import type { Handler, Refusal, RpcHandler, Tx } from '@stoa/contract'
import { inventoryReserved } from '@stoa/contracts/inventory/events'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import type { OrderId, ReservationId } from '@stoa/contracts/shared/ids'
import type { Deps } from '../deps.ts'
import { allocate, sumBySku, type Quantity, type StockLine } from '../domain/allocation.ts'
import { distanceKm } from '../domain/country-distance.ts'
import { availableOf } from '../domain/stock.ts'
import { findByOrder, insertReservation, lockByKey, type ReservedLine } from '../store/reservations.ts'
import { lockReservable, type ReservableStock } from '../store/stock.ts'
import { findVariants } from '../store/variants.ts'
import { announceLowStock } from './announce-low-stock.ts'

interface ReservationRequest {
  readonly orderId: OrderId
  readonly lines: readonly Quantity[]
  readonly country: string | undefined
  readonly actionKey: string | undefined
  readonly expiresAt: Temporal.Instant | undefined
}

type ReserveRefusal = Refusal<InventoryService, 'reserveStock'>

type ReservationOutcome = { readonly id: string; readonly lines: readonly StockLine[] } | ReserveRefusal

/** Reserves stock for an order; the reservation does not expire because the saga of the order manages it. */
export const reserve =
  ({ clock, newId }: Deps): RpcHandler<InventoryService, 'reserve'> =>
  async ({ input, key, commit, refuse }) => {
    const wrong = input.lines.findIndex(({ sku, quantity }) => sku === '' || quantity < 1)
    if (input.lines.length === 0 || wrong >= 0) {
      const fields = [
        { pointer: wrong < 0 ? '/lines' : `/lines/${wrong}`, detail: 'must contain a SKU and a quantity' },
      ]
      return refuse('request.invalid', 'The request contains no lines.', { fields })
    }
    const wanted = {
      orderId: input.orderId as OrderId,
      lines: input.lines,
      country: input.country === '' ? undefined : input.country,
      actionKey: key,
      expiresAt: undefined,
    }
    return commit(async (tx) => {
      const outcome = await makeReservation(tx, newId, wanted, clock.now())
      if ('code' in outcome) return refuse(outcome)
      return { reservationId: outcome.id, parcels: parcelsOf(outcome.lines) }
    })
  }

/** Reserves stock for a cart, for some minutes. */
export const reserveStock =
  ({ clock, newId, cartHoldMs }: Deps): Handler<InventoryService, 'reserveStock'> =>
  async ({ body: { orderId, lines, country }, commit, refuse }) => {
    const at = clock.now()
    const expiresAt = at.add({ milliseconds: cartHoldMs })
    return commit(async (tx) => {
      const outcome = await makeReservation(tx, newId, { orderId, lines, country, actionKey: undefined, expiresAt }, at)
      if ('code' in outcome) return refuse(outcome)
      return { status: 201, id: orderId }
    })
  }

async function makeReservation(
  tx: Tx<InventoryService>,
  newId: Deps['newId'],
  { orderId, lines: asked, country, actionKey, expiresAt }: ReservationRequest,
  at: Temporal.Instant,
): Promise<ReservationOutcome> {
  const quantities = sumBySku(asked)
  const stock = await lockReservable(
    tx,
    quantities.map(({ sku }) => sku),
  )
  const blocked = stock.find(({ productStatus }) => productStatus !== 'active')
  if (blocked !== undefined) return (await findRepeat(tx, actionKey)) ?? notForSale(asked, blocked.sku)
  const shelves = stock.map((one) => ({
    ...one,
    available: availableOf(one),
    distanceKm: distanceKm(country, one.country),
  }))
  const allocation = allocate(quantities, shelves)
  if (allocation.kind === 'short') {
    return (await findRepeat(tx, actionKey)) ?? refuseShort(tx, asked, stock, allocation)
  }
  const id = newId() as ReservationId
  const lines = allocation.lines as readonly ReservedLine[]
  const isMade = await insertReservation(tx, { id, orderId, actionKey, lines, expiresAt }, at)
  if (!isMade) return (await findRepeat(tx, actionKey)) ?? (await alreadyReserved(tx, orderId))
  await tx.publish(inventoryReserved, id, { reservationId: id, orderId, lines: [...lines] })
  await announceLowStock(tx, changesBy(stock, lines))
  return { id, lines }
}

/** Returns the result of an earlier call with this key, if any. */
async function findRepeat(
  tx: Tx<InventoryService>,
  actionKey: string | undefined,
): Promise<ReservationOutcome | undefined> {
  const made = actionKey === undefined ? undefined : await lockByKey(tx, actionKey)
  if (made === undefined) return undefined
  if (made.status === 'released') return { code: 'request.withdrawn', detail: 'The reservation was released.' }
  return { id: made.id, lines: made.lines }
}

function changesBy(stock: readonly ReservableStock[], lines: readonly StockLine[]) {
  return lines.flatMap(({ sku, warehouseId, quantity }) => {
    const before = stock.find((one) => one.sku === sku && one.warehouseId === warehouseId)
    return before === undefined
      ? []
      : [{ ...before, before, after: { ...before, reserved: before.reserved + quantity } }]
  })
}

function notForSale(asked: readonly Quantity[], sku: string): ReserveRefusal {
  const fields = [{ pointer: pointerTo(asked, sku), detail: 'not for sale' }]
  return { code: 'inventory.not_for_sale', detail: `${sku} is not for sale.`, fields }
}

async function refuseShort(
  tx: Tx<InventoryService>,
  asked: readonly Quantity[],
  stock: readonly ReservableStock[],
  { sku, left }: { readonly sku: string; readonly left: number },
): Promise<ReserveRefusal> {
  // A SKU that was never stocked has no stock row, so its existence is checked separately.
  const unstocked = asked.map((line) => line.sku).filter((name) => !stock.some((one) => one.sku === name))
  const known = unstocked.length === 0 ? [] : await findVariants(tx, unstocked)
  const unknown = unstocked.find((name) => !known.some((variant) => variant.sku === name))
  if (unknown !== undefined) {
    const fields = [{ pointer: pointerTo(asked, unknown), detail: 'unknown' }]
    return { code: 'inventory.unknown_sku', detail: `The SKU ${unknown} does not exist.`, fields }
  }
  const blocked = known.find(({ status }) => status !== 'active')
  if (blocked !== undefined) return notForSale(asked, blocked.sku)
  const detail = left === 0 ? `${sku} is out of stock.` : `Only ${left} of ${sku} are left.`
  const fields = [{ pointer: pointerTo(asked, sku), detail: `${left} left` }]
  return { code: 'inventory.insufficient_stock', detail, fields }
}

async function alreadyReserved(tx: Tx<InventoryService>, orderId: string): Promise<ReserveRefusal> {
  const other = await findByOrder(tx, orderId)
  const detail = `The order already has a reservation (${other?.status ?? 'held'}).`
  return { code: 'inventory.already_reserved', detail }
}

function pointerTo(asked: readonly Quantity[], sku: string): string {
  return `/lines/${asked.findIndex((line) => line.sku === sku)}`
}

function parcelsOf(lines: readonly StockLine[]) {
  return [...Map.groupBy(lines, (line) => line.warehouseId)].map(([warehouseId, packed]) => ({
    warehouseId,
    lines: packed.map(({ sku, quantity }) => ({ sku, quantity })),
  }))
}
