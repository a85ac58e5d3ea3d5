import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allocate, sumBySku, type Shelf } from './allocation.ts'

const shelf = (sku: string, warehouseId: string, available: number, more: Partial<Shelf> = {}): Shelf => ({
  sku,
  warehouseId,
  available,
  isBackorderAllowed: false,
  distanceKm: 0,
  ...more,
})
const far = { distanceKm: 900 }
const line = (sku: string, warehouseId: string, quantity: number) => ({ sku, warehouseId, quantity })
const allocated = (...lines: ReturnType<typeof line>[]) => ({ kind: 'allocated', lines })

test('several lines of one SKU are one', () => {
  const lines = [
    { sku: 'B', quantity: 1 },
    { sku: 'A', quantity: 2 },
    { sku: 'B', quantity: 3 },
  ]
  expect(sumBySku(lines)).toEqual([
    { sku: 'B', quantity: 4 },
    { sku: 'A', quantity: 2 },
  ])
})

test('the nearest warehouse gives first, the next one the rest', () => {
  const shelves = [shelf('A', 'fr', 10, far), shelf('A', 'de', 3)]
  expect(allocate([{ sku: 'A', quantity: 3 }], shelves)).toEqual(allocated(line('A', 'de', 3)))
  expect(allocate([{ sku: 'A', quantity: 5 }], shelves)).toEqual(allocated(line('A', 'de', 3), line('A', 'fr', 2)))
})

test('of warehouses as near, one that has everything comes before two that have parts', () => {
  const shelves = [shelf('A', 'one', 5), shelf('B', 'two', 5), shelf('A', 'three', 2), shelf('B', 'three', 2)]
  const wanted = [
    { sku: 'A', quantity: 2 },
    { sku: 'B', quantity: 2 },
  ]
  expect(allocate(wanted, shelves)).toEqual(allocated(line('A', 'three', 2), line('B', 'three', 2)))
})

test('nothing is taken when one line cannot be served', () => {
  const wanted = [
    { sku: 'A', quantity: 1 },
    { sku: 'B', quantity: 4 },
  ]
  const shelves = [shelf('A', 'de', 9), shelf('B', 'de', 2), shelf('B', 'fr', 1, far)]
  expect(allocate(wanted, shelves)).toEqual({ kind: 'short', sku: 'B', left: 3 })
  expect(allocate([{ sku: 'C', quantity: 1 }], shelves)).toEqual({ kind: 'short', sku: 'C', left: 0 })
})

test('backorder promises only what no warehouse has', () => {
  const shelves = [shelf('A', 'de', 1, { isBackorderAllowed: true }), shelf('A', 'fr', 2, far)]
  expect(allocate([{ sku: 'A', quantity: 3 }], shelves)).toEqual(allocated(line('A', 'de', 1), line('A', 'fr', 2)))
  expect(allocate([{ sku: 'A', quantity: 7 }], shelves)).toEqual(allocated(line('A', 'de', 5), line('A', 'fr', 2)))
})

test('what is owed already is not taken from what others have', () => {
  const shelves = [shelf('A', 'de', -3, { isBackorderAllowed: true }), shelf('A', 'fr', 2, far)]
  expect(allocate([{ sku: 'A', quantity: 2 }], shelves)).toEqual(allocated(line('A', 'fr', 2)))
})

const skus = ['A', 'B', 'C']
const shelves = fc.uniqueArray(
  fc.record({
    sku: fc.constantFrom(...skus),
    warehouseId: fc.constantFrom('1', '2', '3', '4'),
    available: fc.integer({ min: -2, max: 6 }),
    isBackorderAllowed: fc.constant(false),
  }),
  { selector: ({ sku, warehouseId }) => `${sku} ${warehouseId}`, maxLength: 12 },
)
const wanted = fc.uniqueArray(fc.record({ sku: fc.constantFrom(...skus), quantity: fc.integer({ min: 1, max: 8 }) }), {
  selector: ({ sku }) => sku,
  minLength: 1,
})
const distances = fc.record({ 1: fc.nat(2), 2: fc.nat(2), 3: fc.nat(2), 4: fc.nat(2) })

test('gives exactly what is wanted, of nothing more than there is, if and only if there is enough', () => {
  fc.assert(
    fc.property(wanted, shelves, distances, (lines, stock, km) => {
      const placed = stock.map((one) => ({ ...one, distanceKm: km[one.warehouseId] }))
      const result = allocate(lines, placed)
      const left = (sku: string) =>
        stock.filter((one) => one.sku === sku).reduce((sum, one) => sum + Math.max(0, one.available), 0)
      expect(result.kind).toBe(lines.every(({ sku, quantity }) => left(sku) >= quantity) ? 'allocated' : 'short')
      if (result.kind === 'short') return
      expect(sumBySku(result.lines).sort(bySku)).toEqual(lines.toSorted(bySku))
      for (const { sku, warehouseId, quantity } of result.lines) {
        const from = placed.find((one) => one.sku === sku && one.warehouseId === warehouseId)
        expect(quantity).toBeLessThanOrEqual(from?.available ?? 0)
        const nearer = placed.filter(
          (one) => one.sku === sku && one.distanceKm < (from?.distanceKm ?? 0) && one.available > 0,
        )
        for (const one of nearer) expect(takenFrom(result.lines, one)).toBe(one.available)
      }
    }),
  )
})

test('warehouses that are as near send as few parcels as can be', () => {
  fc.assert(
    fc.property(wanted, shelves, (lines, stock) => {
      const result = allocate(
        lines,
        stock.map((one) => ({ ...one, distanceKm: 1 })),
      )
      if (result.kind === 'short') return
      const parcels = new Set(result.lines.map((taken) => taken.warehouseId)).size
      expect(parcels).toBe(fewestByTrying(lines, stock))
    }),
  )
})

function bySku(a: { readonly sku: string }, b: { readonly sku: string }): number {
  return a.sku < b.sku ? -1 : 1
}

function takenFrom(
  lines: readonly { sku: string; warehouseId: string; quantity: number }[],
  from: Omit<Shelf, 'distanceKm'>,
) {
  return lines.find(({ sku, warehouseId }) => sku === from.sku && warehouseId === from.warehouseId)?.quantity
}

function fewestByTrying(
  lines: readonly { sku: string; quantity: number }[],
  stock: readonly Omit<Shelf, 'distanceKm'>[],
): number {
  const sizes = Array.from({ length: 16 }, (_, set) => set).filter((set) =>
    lines.every(({ sku, quantity }) => {
      const given = stock.filter((one) => one.sku === sku && (set >> (Number(one.warehouseId) - 1)) % 2 === 1)
      return given.reduce((sum, one) => sum + Math.max(0, one.available), 0) >= quantity
    }),
  )
  return Math.min(...sizes.map((set) => set.toString(2).replaceAll('0', '').length))
}
