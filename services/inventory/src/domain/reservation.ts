import { inventoryErrors } from '@stoa/contracts/inventory/errors'
import { catalogueError } from '@stoa/kernel'
import { sumBySku, type Quantity, type StockLine } from './allocation.ts'

export type ReservationStatus = 'held' | 'confirmed' | 'fulfilled' | 'released'

/** What decisions on a stored reservation look at. */
export interface ReservationState {
  readonly status: ReservationStatus
  /** What was promised. */
  readonly lines: readonly StockLine[]
  /** The quantity that has not been shipped. */
  readonly outstanding: readonly StockLine[]
  /** What of it has come back. */
  readonly returned: readonly StockLine[]
}

/** Whether a reservation may be released, has been, or can no longer be. */
export function decideRelease({ status, lines, outstanding }: ReservationState): 'release' | 'done' | 'ended' {
  if (status === 'released') return 'done'
  return status === 'fulfilled' || unitsOf(outstanding) < unitsOf(lines) ? 'ended' : 'release'
}

/** Whether a reservation may be confirmed, has been, or can no longer be. */
export function decideConfirm({ status }: ReservationState): 'confirm' | 'done' | 'ended' {
  if (status === 'released') return 'ended'
  return status === 'held' ? 'confirm' : 'done'
}

/** What a dispatch does to a reservation and to the stock. */
export interface Dispatch {
  readonly outstanding: readonly StockLine[]
  readonly status: ReservationStatus
  /** What leaves, and how much of it was promised; the rest leaves all the same. */
  readonly moves: readonly { readonly line: StockLine; readonly promised: number }[]
}

/** Deducts shipped quantities from a reservation. */
export function dispatch({ status, outstanding }: ReservationState, left: readonly StockLine[]): Dispatch {
  const moves = sumByPlace(left).map((line) => {
    const promised = outstanding.find((other) => isSamePlace(line, other))?.quantity ?? 0
    return { line, promised: Math.min(promised, line.quantity) }
  })
  const remaining = subtract(
    outstanding,
    moves.map(({ line, promised }) => ({ ...line, quantity: promised })),
  )
  const isLast = outstanding.length > 0 && remaining.length === 0
  return { outstanding: remaining, status: isLast ? 'fulfilled' : status, moves }
}

/** Returns the warehouses for returned goods: those that shipped them. Throws an AppError if more is returned than was shipped. */
export function restock(
  { lines, outstanding, returned }: ReservationState,
  cameBack: readonly Quantity[],
): StockLine[] {
  const places = subtract(lines, [...outstanding, ...returned])
  const back: StockLine[] = []
  for (const { sku, quantity } of sumBySku(cameBack)) {
    let missing = quantity
    for (const place of places.filter((line) => line.sku === sku)) {
      const units = Math.min(missing, place.quantity)
      if (units > 0) back.push({ ...place, quantity: units })
      missing -= units
    }
    if (missing > 0) {
      const detail = `${missing} more of ${sku} were returned than were shipped`
      throw catalogueError(inventoryErrors, 'inventory.return_exceeds_reservation', detail)
    }
  }
  return back
}

/** The lines with each place once. */
export function sumByPlace(lines: readonly StockLine[]): StockLine[] {
  const sums: StockLine[] = []
  for (const line of lines) {
    const at = sums.findIndex((other) => isSamePlace(line, other))
    const sum = sums[at]
    if (sum === undefined) sums.push(line)
    else sums[at] = { ...sum, quantity: sum.quantity + line.quantity }
  }
  return sums
}

function subtract(lines: readonly StockLine[], taken: readonly StockLine[]): StockLine[] {
  return lines.flatMap((line) => {
    const gone = taken.filter((other) => isSamePlace(line, other))
    const quantity = line.quantity - unitsOf(gone)
    return quantity > 0 ? [{ ...line, quantity }] : []
  })
}

function isSamePlace(a: StockLine, b: StockLine): boolean {
  return a.sku === b.sku && a.warehouseId === b.warehouseId
}

function unitsOf(lines: readonly StockLine[]): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0)
}
