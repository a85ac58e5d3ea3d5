import { PaymentStatus } from '@stoa/contracts/payment/resources'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  canEndReview,
  decideCapture,
  decideRefund,
  decideVoid,
  leftToRefund,
  outcomeOfPay,
  statusAfterRefund,
  type PaymentState,
} from './payment.ts'

function payment(state: Partial<PaymentState>): PaymentState {
  return {
    status: 'captured',
    pending: undefined,
    amount: 100,
    captured: 100,
    refunding: 0,
    refunded: 0,
    disputed: 0,
    ...state,
  }
}

const fresh = { captured: 0 } as const

describe('capture and void', () => {
  test('captures only what is authorised, and continues with a capture that was begun', () => {
    expect(decideCapture(payment({ ...fresh, status: 'authorized' }))).toBe('capture')
    expect(decideCapture(payment({ ...fresh, status: 'authorized', pending: 'capture' }))).toBe('capture')
    for (const status of ['initiated', 'in_review', 'captured', 'declined', 'voided', 'refunded'] as const) {
      expect(decideCapture(payment({ status }))).toBe('refuse')
    }
  })

  test('refuses to capture what is being voided, and to void what is being captured', () => {
    expect(decideCapture(payment({ ...fresh, status: 'authorized', pending: 'void' }))).toBe('refuse')
    expect(decideVoid(payment({ ...fresh, status: 'authorized', pending: 'capture' }))).toBe('refuse')
  })

  test('voids at the provider only what the provider holds', () => {
    expect(decideVoid(payment({ ...fresh, status: 'in_review' }))).toBe('void')
    expect(decideVoid(payment({ ...fresh, status: 'authorized' }))).toBe('void_at_provider')
    expect(decideVoid(payment({ ...fresh, status: 'voided' }))).toBe('done')
  })

  test('refuses to void what is captured, or being charged', () => {
    expect(decideVoid(payment({}))).toBe('refuse')
    expect(decideVoid(payment({ ...fresh, status: 'initiated', pending: 'charge' }))).toBe('refuse')
    expect(decideVoid(payment({ ...fresh, status: 'in_review', pending: 'charge' }))).toBe('refuse')
  })
})

describe('review', () => {
  test('is ended once', () => {
    expect(canEndReview(payment({ ...fresh, status: 'in_review' }))).toBe(true)
    expect(canEndReview(payment({ ...fresh, status: 'in_review', pending: 'charge' }))).toBe(false)
    expect(canEndReview(payment({}))).toBe(false)
  })
})

describe('refund', () => {
  test('gives back all that is left when no amount is said', () => {
    expect(decideRefund(payment({ refunded: 30, refunding: 20 }), undefined)).toEqual({ kind: 'refund', amount: 50 })
  })

  test('finds nothing left of what is given back, or was never captured', () => {
    expect(decideRefund(payment({ refunded: 100 }), undefined)).toEqual({ kind: 'nothing_left' })
    expect(decideRefund(payment({ ...fresh, status: 'declined' }), undefined)).toEqual({ kind: 'nothing_left' })
  })

  test('refuses more than is left, what is about to be given back counted', () => {
    expect(decideRefund(payment({ refunding: 60 }), 41)).toEqual({ kind: 'exceeds_captured', left: 40 })
    expect(decideRefund(payment({ refunding: 60 }), 40)).toEqual({ kind: 'refund', amount: 40 })
  })

  test('refuses what is disputed, also when the dispute takes what was given back before', () => {
    expect(decideRefund(payment({ disputed: 60 }), 41)).toEqual({ kind: 'disputed', left: 40 })
    expect(decideRefund(payment({ disputed: 60 }), 40)).toEqual({ kind: 'refund', amount: 40 })
    expect(decideRefund(payment({ disputed: 60 }), undefined)).toEqual({ kind: 'refund', amount: 40 })
    expect(decideRefund(payment({ disputed: 60 }), 101)).toEqual({ kind: 'exceeds_captured', left: 40 })
    expect(decideRefund(payment({ refunded: 50, disputed: 100 }), 1)).toEqual({ kind: 'disputed', left: 0 })
    expect(leftToRefund(payment({ refunded: 50, disputed: 100 }))).toBe(0)
  })

  test('gives back what is left when at most so much is asked for', () => {
    expect(decideRefund(payment({ refunding: 60 }), 41, true)).toEqual({ kind: 'refund', amount: 40 })
    expect(decideRefund(payment({ refunding: 60 }), 39, true)).toEqual({ kind: 'refund', amount: 39 })
    expect(decideRefund(payment({ refunded: 100 }), 1, true)).toEqual({ kind: 'nothing_left' })
  })

  test('never gives back more than was captured, whatever is asked, begun, done and refused in whatever order', () => {
    const ask = fc.record({
      amount: fc.option(fc.integer({ min: 1, max: 150 }), { nil: undefined }),
      end: fc.constantFrom('done', 'refused', 'open'),
    })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), fc.array(ask, { maxLength: 20 }), (captured, asks) => {
        let state = payment({ amount: captured, captured })
        for (const { amount, end } of asks) {
          const decision = decideRefund(state, amount)
          if (decision.kind !== 'refund') continue
          expect(decision.amount).toBeGreaterThan(0)
          if (end === 'done') state = { ...state, refunded: state.refunded + decision.amount }
          if (end === 'open') state = { ...state, refunding: state.refunding + decision.amount }
          expect(state.refunded + state.refunding).toBeLessThanOrEqual(captured)
          expect(leftToRefund(state)).toBeGreaterThanOrEqual(0)
        }
        expect(decideRefund(state, leftToRefund(state) + 1).kind).toBe('exceeds_captured')
      }),
    )
  })

  test('names what is given back in part and in full', () => {
    expect(statusAfterRefund(100, 0)).toBe('captured')
    expect(statusAfterRefund(100, 1)).toBe('partially_refunded')
    expect(statusAfterRefund(100, 100)).toBe('refunded')
  })
})

test('tells a saga of every payment that has come to an outcome', () => {
  const outcomes = Object.fromEntries(
    PaymentStatus.enum
      .filter((status) => status !== 'initiated' && status !== 'authorized')
      .map((status) => [status, outcomeOfPay(status)]),
  )
  expect(outcomes).toEqual({
    requires_action: 'in_review',
    in_review: 'in_review',
    captured: 'captured',
    partially_refunded: 'captured',
    refunded: 'captured',
    declined: 'declined',
    voided: 'declined',
  })
  expect(() => outcomeOfPay('initiated')).toThrow('has no outcome yet')
})
