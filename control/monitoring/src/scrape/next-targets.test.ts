import { expect, test } from 'vitest'
import { nextTargets, type PreviousTarget } from './next-targets.ts'
import { targetAt } from './registered-targets.ts'

const limits = { nowMs: 100_000, missingMs: 60_000 }
const registered = (port: number) => ({ ...targetAt('search', `10.0.0.1:${port}`), isReady: true })
const seen = (port: number, more: Partial<PreviousTarget> = {}): PreviousTarget => ({
  ...registered(port),
  isUp: true,
  ...more,
})
const portsOf = (targets: readonly { readonly instance: string }[]) =>
  targets.map(({ instance }) => Number(instance.split(':')[1]))

test('an instance that left the registry while it did not respond stays a target until it is replaced', () => {
  const dead = seen(1, { isUp: false })
  const kept = nextTargets([], [dead], limits)
  expect(kept).toMatchObject([{ instance: '10.0.0.1:1', isReady: undefined, missingSinceMs: 100_000 }])
  expect(portsOf(nextTargets([registered(2)], [dead, seen(2)], limits))).toEqual([2, 1])
  expect(portsOf(nextTargets([registered(2), registered(3)], [dead, seen(2)], limits))).toEqual([2, 3])
})

test('it stays one for a limited time, and the time begins when it leaves the registry', () => {
  const missing = (sinceMs: number) => [seen(1, { isUp: false, missingSinceMs: sinceMs })]
  expect(nextTargets([], missing(40_001), limits)).toMatchObject([{ missingSinceMs: 40_001 }])
  expect(nextTargets([], missing(40_000), limits)).toEqual([])
  // it is listed again: what was before does not count
  expect(nextTargets([registered(1)], missing(1), limits)).toEqual([registered(1)])
})

test('an instance that left the registry while it responded was stopped on purpose', () => {
  expect(nextTargets([], [seen(1)], limits)).toEqual([])
})
