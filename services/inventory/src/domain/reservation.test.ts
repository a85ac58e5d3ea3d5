import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideConfirm, decideRelease, dispatch, restock, type ReservationState } from './reservation.ts'

const line = (sku: string, warehouseId: string, quantity: number) => ({ sku, warehouseId, quantity })
const promised = [line('A', 'de', 2), line('A', 'fr', 1), line('B', 'de', 3)]
const reservation = (more: Partial<ReservationState> = {}): ReservationState => ({
  status: 'confirmed',
  lines: promised,
  outstanding: promised,
  returned: [],
  ...more,
})
const gone = { status: 'fulfilled', outstanding: [] } as const

test('held and confirmed stock can be given back, what has left cannot', () => {
  expect(decideRelease(reservation({ status: 'held' }))).toBe('release')
  expect(decideRelease(reservation())).toBe('release')
  expect(decideRelease(reservation({ outstanding: promised.slice(1) }))).toBe('ended')
  expect(decideRelease(reservation(gone))).toBe('ended')
})

test('giving back twice is giving back once', () => {
  expect(decideRelease(reservation({ status: 'released', outstanding: [] }))).toBe('done')
})

test('only held stock is confirmed, and what is confirmed stays so', () => {
  expect(decideConfirm(reservation({ status: 'held' }))).toBe('confirm')
  expect(decideConfirm(reservation())).toBe('done')
  expect(decideConfirm(reservation(gone))).toBe('done')
  expect(decideConfirm(reservation({ status: 'released' }))).toBe('ended')
})

test('a reservation is fulfilled when the last of it has left', () => {
  const first = dispatch(reservation(), [line('A', 'de', 1), line('A', 'de', 1), line('B', 'de', 3)])
  expect(first).toMatchObject({ status: 'confirmed', outstanding: [line('A', 'fr', 1)] })
  expect(first.moves).toEqual([
    { line: line('A', 'de', 2), promised: 2 },
    { line: line('B', 'de', 3), promised: 3 },
  ])
  const last = dispatch(reservation({ outstanding: first.outstanding }), [line('A', 'fr', 1)])
  expect(last).toMatchObject({ status: 'fulfilled', outstanding: [] })
})

test('what leaves beyond the promise is taken off the stock, not off other promises', () => {
  const { moves, outstanding } = dispatch(reservation(), [line('A', 'de', 5), line('C', 'de', 1)])
  expect(moves.map((move) => move.promised)).toEqual([2, 0])
  expect(outstanding).toEqual(promised.slice(1))
})

test('a released reservation stays released whatever leaves', () => {
  const released = reservation({ status: 'released', outstanding: [] })
  expect(dispatch(released, [line('A', 'de', 1)])).toMatchObject({ status: 'released', outstanding: [] })
})

test('goods come back to where they left from', () => {
  expect(restock(reservation(gone), [{ sku: 'A', quantity: 3 }])).toEqual([line('A', 'de', 2), line('A', 'fr', 1)])
  const again = reservation({ ...gone, returned: [line('A', 'de', 2)] })
  expect(restock(again, [{ sku: 'A', quantity: 1 }])).toEqual([line('A', 'fr', 1)])
})

test('no more comes back than had left', () => {
  const refused = expect.objectContaining({ code: 'inventory.return_exceeds_reservation' }) as Error
  expect(() => restock(reservation(gone), [{ sku: 'B', quantity: 4 }])).toThrow(refused)
  expect(() =>
    restock(reservation(gone), [
      { sku: 'B', quantity: 2 },
      { sku: 'B', quantity: 2 },
    ]),
  ).toThrow(refused)
  expect(() => restock(reservation(gone), [{ sku: 'C', quantity: 1 }])).toThrow(refused)
  const half = reservation({ outstanding: [line('A', 'de', 2), line('B', 'de', 3)] })
  expect(restock(half, [{ sku: 'A', quantity: 1 }])).toEqual([line('A', 'fr', 1)])
  expect(() => restock(half, [{ sku: 'A', quantity: 2 }])).toThrow(refused)
})

test('what has left and what is outstanding are together what was promised, however it is sent', () => {
  const parcel = fc.array(
    fc.record({
      sku: fc.constantFrom('A', 'B'),
      warehouseId: fc.constantFrom('de', 'fr'),
      quantity: fc.integer({ min: 1, max: 3 }),
    }),
    { maxLength: 4 },
  )
  fc.assert(
    fc.property(fc.array(parcel, { maxLength: 4 }), (parcels) => {
      let state = reservation()
      let sent = 0
      for (const lines of parcels) {
        const next = dispatch(state, lines)
        sent += next.moves.reduce((sum, move) => sum + move.promised, 0)
        state = { ...state, ...next }
      }
      const left = state.outstanding.reduce((sum, { quantity }) => sum + quantity, 0)
      expect(sent + left).toBe(6)
      expect(state.status).toBe(left === 0 ? 'fulfilled' : 'confirmed')
    }),
  )
})
