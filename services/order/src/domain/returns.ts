import type { OrderStatus, ReturnStatus } from '@stoa/contracts/order/resources'
import { addMoney, allocate, money, subtractMoney, sumMoney, type Money } from '@stoa/kernel'
import type { OrderItem } from './order.ts'

/** A quantity of a SKU. */
export interface ReturnLine {
  readonly sku: string
  readonly quantity: number
}

/** The returned quantity of a SKU, and whether it can be sold again. */
export interface ReceivedLine extends ReturnLine {
  readonly inOrder: boolean
}

/** What decisions on a stored return look at. */
export interface ReturnState {
  readonly status: ReturnStatus
  readonly items: readonly ReturnLine[]
  readonly received: readonly ReceivedLine[]
}

/** The key of the saga that refunds a receipt, by the number of the receipt from 1: each receipt has its own saga. */
export function returnSagaKey(returnId: string, receipt: number): string {
  return receipt <= 1 ? returnId : `${returnId}.${receipt - 1}`
}

/** What was bought: its lines, and all that was paid for it. */
export interface Purchase {
  readonly items: readonly OrderItem[]
  readonly total: Money
}

/** An order with a requested return. */
export interface ReturnableOrder {
  readonly status: OrderStatus
  readonly items: readonly ReturnLine[]
  readonly returns: readonly ReturnState[]
  readonly isWindowOver: boolean
}

/** The line of a request that is wrong, from 0, and why. */
export interface WrongLine {
  readonly index: number
  readonly field: 'sku' | 'quantity'
  readonly detail: string
}

export type RequestDecision =
  | { readonly kind: 'accept' }
  | { readonly kind: 'not_delivered' }
  | { readonly kind: 'window_over' }
  | { readonly kind: 'wrong_lines'; readonly lines: readonly WrongLine[] }

/** Decides whether goods may be sent back: what has arrived, in time, and no more than was bought and not sent back yet. */
export function decideRequest(order: ReturnableOrder, wanted: readonly ReturnLine[]): RequestDecision {
  if (!['delivered', 'completed', 'partially_returned', 'returned'].includes(order.status))
    return { kind: 'not_delivered' }
  const left = unitsBySku(order.items)
  for (const { sku, quantity } of order.returns.flatMap(takenBy)) left.set(sku, (left.get(sku) ?? 0) - quantity)
  const lines = linesOver(left, wanted)
  if (lines.length > 0) return { kind: 'wrong_lines', lines }
  return order.isWindowOver ? { kind: 'window_over' } : { kind: 'accept' }
}

/** Returns the quantity that a return uses of the returnable units: the requested quantity, and after the receipt the received quantity. */
function takenBy({ status, items, received }: ReturnState): readonly ReturnLine[] {
  if (status === 'refused') return []
  return status === 'received' || status === 'refunded' ? received : items
}

export type MoveDecision = 'move' | 'done' | 'refuse'

/** Staff approve a requested return. */
export function decideApproval({ status }: ReturnState): MoveDecision {
  return status === 'approved' ? 'done' : status === 'requested' ? 'move' : 'refuse'
}

/** Staff reject a return, also if the goods never arrived. */
export function decideRefusal({ status }: ReturnState): MoveDecision {
  return status === 'refused' ? 'done' : status === 'requested' || status === 'approved' ? 'move' : 'refuse'
}

export type ReceiptDecision =
  | { readonly kind: 'receive' }
  | { readonly kind: 'refuse' }
  | { readonly kind: 'wrong_lines'; readonly lines: readonly WrongLine[] }

/** Decides the receipt of an approved return: at most the requested quantity. */
export function decideReceipt({ status, items }: ReturnState, came: readonly ReturnLine[]): ReceiptDecision {
  if (status !== 'approved') return { kind: 'refuse' }
  const lines = linesOver(unitsBySku(items), came)
  return lines.length > 0 ? { kind: 'wrong_lines', lines } : { kind: 'receive' }
}

function linesOver(limits: ReadonlyMap<string, number>, lines: readonly ReturnLine[]): WrongLine[] {
  const left = new Map(limits)
  return lines.flatMap(({ sku, quantity }, index): WrongLine[] => {
    const units = left.get(sku)
    if (units === undefined) return [{ index, field: 'sku', detail: 'is not part of the order' }]
    left.set(sku, units - quantity)
    return quantity <= units ? [] : [{ index, field: 'quantity', detail: `must be at most ${Math.max(0, units)}` }]
  })
}

/**
 * What all of these goods were worth that came back: of each line the part of what was paid for it, tax and discounts
 * included, to the minor unit; with the last of the goods also what was paid beside them (shipping).
 */
export function worthOf({ items, total }: Purchase, came: readonly ReturnLine[]): Money {
  const { currency } = total
  const units = [...unitsBySku(came)].flatMap(([sku, quantity]) =>
    unitPricesOf(items, sku, currency).slice(0, quantity),
  )
  const worth = sumMoney(units, currency)
  if (!isAll(items, came)) return worth
  const ofGoods = sumMoney(
    items.map((item) => item.total),
    currency,
  )
  return addMoney(worth, subtractMoney(total, ofGoods))
}

/**
 * What is given back for goods that came, after those that came before and what is given back for them: the refunds of
 * an order that came back in any parts add up to exactly what was paid.
 */
export function refundFor(
  purchase: Purchase,
  before: { readonly came: readonly ReturnLine[]; readonly refunds: Money },
  came: readonly ReturnLine[],
): Money {
  const { amount, currency } = subtractMoney(worthOf(purchase, [...before.came, ...came]), before.refunds)
  return money(Math.max(0, amount), currency)
}

/** Returns the price of each unit of a SKU: the line of a unit is unknown, so all lines are split over all units. */
function unitPricesOf(items: readonly OrderItem[], sku: string, currency: string): Money[] {
  const lines = items.filter((item) => item.sku === sku)
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0)
  if (units === 0) return []
  const paid = sumMoney(
    lines.map(({ total }) => total),
    currency,
  )
  return allocate(
    paid,
    Array.from({ length: units }, () => 1),
  )
}

/** Whether all that was bought has come back. */
export function isAll(bought: readonly ReturnLine[], came: readonly ReturnLine[]): boolean {
  const back = unitsBySku(came)
  return [...unitsBySku(bought)].every(([sku, quantity]) => (back.get(sku) ?? 0) >= quantity)
}

function unitsBySku(lines: readonly ReturnLine[]): Map<string, number> {
  const units = new Map<string, number>()
  for (const { sku, quantity } of lines) units.set(sku, (units.get(sku) ?? 0) + quantity)
  return units
}
