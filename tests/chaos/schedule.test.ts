import { expect, test } from 'vitest'
import { faults } from './faults/all.ts'
import { dealFaults } from './schedule.ts'

function dealt(seed: number, count: number) {
  return dealFaults(faults, { seed, isLong: false, kills: 0 })
    .take(count)
    .map(({ run: _run, ...planned }) => planned)
    .toArray()
}

test('deals the same faults for the same seed, and others for another', () => {
  expect(dealt(7, 100)).toEqual(dealt(7, 100))
  expect(dealt(7, 100)).not.toEqual(dealt(8, 100))
})

test('deals one of every kind before any comes again', () => {
  const kinds = dealt(1, faults.length).map(({ kind }) => kind)
  expect(kinds.toSorted()).toEqual(faults.map(({ kind }) => kind).toSorted())
})

test('a run that is to kill many kills most of the time', () => {
  const kinds = dealFaults(faults, { seed: 1, isLong: true, kills: 500 })
    .take(200)
    .map(({ kind }) => kind)
    .toArray()
  expect(kinds.filter((kind) => kind === 'kill').length).toBeGreaterThan(100)
  expect(new Set(kinds).size).toBe(faults.length)
})
