import { expect, test } from 'vitest'
import fc from 'fast-check'
import type { OrderStatus } from '@stoa/contracts/order/resources'
import {
  canBeginPicking,
  canFinishPicking,
  canMove,
  decideCancel,
  endWithoutConfirmation,
  type OrderState,
} from './order.ts'

const statuses: readonly OrderStatus[] = [
  'pending',
  'on_hold',
  'confirmed',
  'picking',
  'shipped',
  'delivered',
  'completed',
  'cancelled',
  'rejected',
  'partially_returned',
  'returned',
]

const order = (status: OrderStatus, more: Partial<OrderState> = {}): OrderState => ({
  status,
  isCancelling: false,
  isPicked: false,
  ...more,
})

test('an order goes from pending to completed by its stages', () => {
  const stages: OrderStatus[] = ['pending', 'confirmed', 'picking', 'shipped', 'delivered', 'completed']
  for (const [index, from] of stages.slice(0, -1).entries()) expect(canMove(from, stages[index + 1] ?? from)).toBe(true)
})

test('an order in review comes back to pending, or ends', () => {
  expect(statuses.filter((to) => canMove('on_hold', to))).toEqual(['pending', 'cancelled', 'rejected'])
})

test('cancelled, rejected and returned orders stay what they are', () => {
  for (const end of ['cancelled', 'rejected', 'returned'] as const) {
    expect(statuses.filter((to) => canMove(end, to))).toEqual([])
  }
})

test('nothing that has left the warehouse is cancelled', () => {
  for (const status of ['shipped', 'delivered', 'completed', 'partially_returned', 'returned'] as const) {
    expect(canMove(status, 'cancelled')).toBe(false)
    expect(decideCancel(order(status))).toBe('already_shipped')
  }
})

test('before the confirmation the fulfilment takes an order back, after it a saga of its own', () => {
  expect(decideCancel(order('pending'))).toBe('mark')
  expect(decideCancel(order('on_hold'))).toBe('mark')
  expect(decideCancel(order('confirmed'))).toBe('mark_and_start')
  expect(decideCancel(order('picking'))).toBe('mark_and_start')
})

test('a cancelled order can be cancelled again, a rejected one cannot', () => {
  expect(decideCancel(order('cancelled'))).toBe('done')
  expect(decideCancel(order('rejected'))).toBe('rejected')
})

test('a cancellation is decided as something that can be done whatever the state', () => {
  fc.assert(
    fc.property(fc.constantFrom(...statuses), fc.boolean(), (status, isCancelling) => {
      const decision = decideCancel(order(status, { isCancelling }))
      const canBeCancelled = canMove(status, 'cancelled')
      expect(decision === 'mark' || decision === 'mark_and_start').toBe(canBeCancelled)
    }),
  )
})

test('an order that is being cancelled cannot start or finish picking', () => {
  expect(canBeginPicking(order('confirmed'))).toBe(true)
  expect(canBeginPicking(order('confirmed', { isCancelling: true }))).toBe(false)
  expect(canFinishPicking(order('picking'))).toBe(true)
  expect(canFinishPicking(order('picking', { isCancelling: true }))).toBe(false)
})

test('picking is finished once', () => {
  expect(canFinishPicking(order('picking', { isPicked: true }))).toBe(false)
  expect(canFinishPicking(order('confirmed'))).toBe(false)
})

test('only a confirmed order can begin to be picked', () => {
  for (const from of statuses) expect(canBeginPicking(order(from))).toBe(from === 'confirmed')
})

test('an order that was cancelled ends as cancelled, any other as rejected with the reason', () => {
  expect(endWithoutConfirmation(order('pending', { isCancelling: true }), 'payment.declined')).toEqual({
    status: 'cancelled',
    reason: 'order.cancelled',
  })
  expect(endWithoutConfirmation(order('pending'), 'payment.declined')).toEqual({
    status: 'rejected',
    reason: 'payment.declined',
  })
})
