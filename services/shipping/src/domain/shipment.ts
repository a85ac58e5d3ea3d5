import type { ShipmentStatus } from '@stoa/contracts/shipping/resources'

/** The tracking events of a carrier. */
export type CarrierEvent = 'dispatched' | 'delivered' | 'failed'

const moves: Readonly<Record<ShipmentStatus, readonly ShipmentStatus[]>> = {
  planned: ['released', 'cancelled'],
  released: ['dispatched', 'cancelled'],
  dispatched: ['delivered', 'failed'],
  delivered: [],
  failed: [],
  cancelled: [],
}

/** Whether a shipment may go from one status to another. */
export function canMove(from: ShipmentStatus, to: ShipmentStatus): boolean {
  return moves[from].includes(to)
}

/** The decision on a cancellation. */
export type CancelDecision = 'cancel' | 'done' | 'left'

/** Decides a cancellation: nothing that has left is cancelled, also when it never arrived. */
export function decideCancel(status: ShipmentStatus): CancelDecision {
  if (canMove(status, 'cancelled')) return 'cancel'
  return status === 'cancelled' ? 'done' : 'left'
}

/** The decision on a release. */
export type ReleaseDecision = 'release' | 'done' | 'refuse'

/** Decides a release; one that was released, or is further, needs none. */
export function decideRelease(status: ShipmentStatus): ReleaseDecision {
  if (canMove(status, 'released')) return 'release'
  return status === 'cancelled' ? 'refuse' : 'done'
}

/** Returns whether a tracking event is valid in the current status. */
export function decideCarrierEvent(
  status: ShipmentStatus,
  event: CarrierEvent,
): 'move' | 'done' | 'not_released' | 'refuse' {
  if (status === 'planned') return 'not_released'
  if (canMove(status, event)) return 'move'
  return status === event ? 'done' : 'refuse'
}

/** A line of a parcel with the warehouse it leaves. */
export interface LeavingLine {
  readonly sku: string
  readonly warehouseId: string
  readonly quantity: number
}

interface Parcel {
  readonly warehouseId: string
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[]
}

/** What leaves which warehouse when the parcels do. */
export function leavingLines(parcels: readonly Parcel[]): LeavingLine[] {
  return parcels.flatMap(({ warehouseId, lines }) => lines.map(({ sku, quantity }) => ({ sku, warehouseId, quantity })))
}
