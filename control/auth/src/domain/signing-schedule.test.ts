import { expect, test } from 'vitest'
import { isRotationDue, keyState, orderedKeys, rotation, type KeyTimes } from './signing-schedule.ts'

const now = Temporal.Instant.from('2026-11-21T10:00:00Z')
const key = (keyId: string, signsFromHours: number, retiresInHours?: number): KeyTimes => ({
  keyId,
  createdAt: now,
  signsFrom: now.add({ hours: signsFromHours }),
  retiresAt: retiresInHours === undefined ? undefined : now.add({ hours: retiresInHours }),
})
const ids = (keys: readonly KeyTimes[]) => keys.map(({ keyId }) => keyId)

test('signs with the youngest key whose time has come, and publishes all that verify', () => {
  const keys = [key('older', -800, 1), key('active', -20), key('next', 1), key('gone', -900, 0)]
  expect(ids(orderedKeys(keys, now))).toEqual(['active', 'next', 'older'])
  expect(keys.slice(0, 3).map((each) => keyState(each, keys, now))).toEqual(['retired', 'active', 'next'])
  expect(ids(orderedKeys(keys, now.add({ hours: 2 })))).toEqual(['next', 'active'])
})

test('is due when the youngest key has signed for its days', () => {
  expect(isRotationDue([], now, 30)).toBe(false)
  expect(isRotationDue([key('a', -30 * 24)], now, 30)).toBe(true)
  expect(isRotationDue([key('a', -30 * 24 + 1)], now, 30)).toBe(false)
  expect(isRotationDue([key('a', -30 * 24), key('b', 1)], now, 30)).toBe(false)
})

test('announces a key before it signs and lets the older ones verify until their last token has expired', () => {
  const { signsFrom, olderRetireAt } = rotation(now, false)
  expect(signsFrom.since(now).total('minutes')).toBe(15)
  expect(olderRetireAt.since(signsFrom).total('minutes')).toBe(65)
})

test('withdraws compromised keys at once', () => {
  const { signsFrom, olderRetireAt } = rotation(now, true)
  expect(
    orderedKeys(
      [
        { ...key('leaked', -20), retiresAt: olderRetireAt },
        { ...key('new', 0), signsFrom },
      ],
      now,
    ),
  ).toMatchObject([{ keyId: 'new' }])
})

test('signs with the oldest key when all were made before the clock was set back', () => {
  const keys = [key('first', 24), key('second', 48)]
  expect(ids(orderedKeys(keys, now))).toEqual(['first', 'second'])
  expect(keys.map((each) => keyState(each, keys, now))).toEqual(['active', 'next'])
})
