import fc from 'fast-check'
import { expect, test } from 'vitest'
import { adjust, availableOf, hasRunLow, type StockLevel } from './stock.ts'

const level = (more: Partial<StockLevel> = {}): StockLevel => ({
  onHand: 10,
  reserved: 4,
  reorderPoint: 5,
  isBackorderAllowed: false,
  ...more,
})

test('what is promised cannot be adjusted away', () => {
  expect(adjust(level(), { delta: -6 })).toMatchObject({ onHand: 4, reserved: 4 })
  expect(adjust(level(), { delta: -7 })).toBeUndefined()
})

test('with backorder more may be promised than there is, until it is no longer allowed', () => {
  const owing = adjust(level(), { delta: -9, backorderAllowed: true })
  expect(owing).toMatchObject({ onHand: 1, isBackorderAllowed: true })
  expect(adjust(owing ?? level(), { delta: 0, backorderAllowed: false })).toBeUndefined()
  expect(adjust(owing ?? level(), { delta: 3, backorderAllowed: false })).toMatchObject({ onHand: 4 })
})

test('an adjustment keeps what it does not name', () => {
  expect(adjust(level(), { delta: 1 })).toEqual(level({ onHand: 11 }))
  expect(adjust(level(), { delta: 0, reorderPoint: 0 })).toEqual(level({ reorderPoint: 0 }))
})

test('stock runs low once, when it falls below the reorder point', () => {
  const at = (available: number) => level({ onHand: available, reserved: 0 })
  expect(hasRunLow(at(6), at(5))).toBe(false)
  expect(hasRunLow(at(5), at(4))).toBe(true)
  expect(hasRunLow(at(4), at(3))).toBe(false)
  expect(hasRunLow(at(4), at(9))).toBe(false)
  expect(hasRunLow(at(6), { ...at(6), reorderPoint: 7 })).toBe(true)
})

test('on the way down any reorder point above the end is crossed exactly once', () => {
  const steps = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 50 }), steps, (reorderPoint, taken) => {
      let now = level({ onHand: 60, reserved: 0, reorderPoint, isBackorderAllowed: true })
      let crossings = 0
      for (const units of taken) {
        const next = { ...now, reserved: now.reserved + units }
        if (hasRunLow(now, next)) crossings += 1
        now = next
      }
      expect(crossings).toBe(availableOf(now) < reorderPoint ? 1 : 0)
    }),
  )
})
