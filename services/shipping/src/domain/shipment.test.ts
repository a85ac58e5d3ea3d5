import type { ShipmentStatus } from '@stoa/contracts/shipping/resources'
import { expect, test } from 'vitest'
import { canMove, decideCancel, decideCarrierEvent, decideRelease, leavingLines } from './shipment.ts'

const statuses: readonly ShipmentStatus[] = ['planned', 'released', 'dispatched', 'delivered', 'failed', 'cancelled']

test('a shipment goes from planned over released and dispatched to delivered or failed', () => {
  expect(statuses.filter((to) => canMove('planned', to))).toEqual(['released', 'cancelled'])
  expect(statuses.filter((to) => canMove('released', to))).toEqual(['dispatched', 'cancelled'])
  expect(statuses.filter((to) => canMove('dispatched', to))).toEqual(['delivered', 'failed'])
  for (const end of ['delivered', 'failed', 'cancelled'] as const) {
    expect(statuses.filter((to) => canMove(end, to))).toEqual([])
  }
})

test('nothing that has left is cancelled', () => {
  expect(statuses.map(decideCancel)).toEqual(['cancel', 'cancel', 'left', 'left', 'left', 'done'])
})

test('a shipment is released once, and never when it was cancelled', () => {
  expect(statuses.map(decideRelease)).toEqual(['release', 'done', 'done', 'done', 'done', 'refuse'])
})

test('a carrier can tell nothing of a shipment that was not released to it', () => {
  expect(decideCarrierEvent('planned', 'dispatched')).toBe('not_released')
})

test('what a carrier tells twice counts once, and what does not fit is refused', () => {
  expect(decideCarrierEvent('released', 'dispatched')).toBe('move')
  expect(decideCarrierEvent('dispatched', 'dispatched')).toBe('done')
  expect(decideCarrierEvent('released', 'delivered')).toBe('refuse')
  expect(decideCarrierEvent('cancelled', 'dispatched')).toBe('refuse')
})

test('each line leaves the warehouse of its parcel', () => {
  const parcels = [
    { warehouseId: 'a', lines: [{ sku: 'TEA', quantity: 2 }] },
    {
      warehouseId: 'b',
      lines: [
        { sku: 'TEA', quantity: 1 },
        { sku: 'CUP', quantity: 3 },
      ],
    },
  ]
  expect(leavingLines(parcels)).toEqual([
    { sku: 'TEA', warehouseId: 'a', quantity: 2 },
    { sku: 'TEA', warehouseId: 'b', quantity: 1 },
    { sku: 'CUP', warehouseId: 'b', quantity: 3 },
  ])
})
