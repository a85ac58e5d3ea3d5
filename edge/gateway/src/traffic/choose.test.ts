import { expect, test } from 'vitest'
import { choose, covers, evenDraws, isAbout, type Choice } from './choose.ts'
import type { TrafficRule } from './traffic-rules.ts'

const canary = (weight: number): TrafficRule => ({
  name: 'canary',
  service: 'cup',
  versions: [
    { version: '1.0.0', weight: 100 - weight },
    { version: '2.0.0', weight },
  ],
})
const strangler = (percent: number): TrafficRule => ({
  name: 'strangler',
  paths: ['/cups/*'],
  legacy: { upstream: 'mono', percent },
})
const accounts = Array.from({ length: 10_000 }, (_, index) => `account-${index}`)
const nameOf = (choice: Choice) => (choice.to === 'version' ? choice.version : choice.to)
const of = (rule: TrafficRule, key: string) => nameOf(choose(rule, { key, draw: () => 0, asked: undefined }))

/** The share of the choices with this name, in percent. */
function shareOf(choices: readonly string[], name: string): number {
  return (choices.filter((choice) => choice === name).length * 100) / choices.length
}

test.each([1, 5, 30, 50, 90, 100])(
  'a weight of %d %% gets its share of 10,000 accounts and of 10,000 requests',
  (weight) => {
    const byAccount = accounts.map((key) => of(canary(weight), key))
    expect(Math.abs(shareOf(byAccount, '2.0.0') - weight)).toBeLessThan(2)
    const draw = evenDraws()
    const byRequest = accounts.map(() => nameOf(choose(canary(weight), { key: undefined, draw, asked: undefined })))
    expect(Math.abs(shareOf(byRequest, '2.0.0') - weight)).toBeLessThan(0.1)
  },
)

test('accounts keep their version while its weight grows', () => {
  const before = accounts.filter((key) => of(canary(10), key) === '2.0.0')
  expect(before.length).toBeGreaterThan(800)
  expect(before.every((key) => of(canary(40), key) === '2.0.0')).toBe(true)
})

test('accounts stay where they are while the share of a legacy upstream shrinks, except those that leave it', () => {
  const still = accounts.filter((key) => of(strangler(30), key) === 'legacy')
  expect(Math.abs(still.length / 100 - 30)).toBeLessThan(2)
  expect(still.every((key) => of(strangler(70), key) === 'legacy')).toBe(true)
  expect(accounts.some((key) => of(strangler(0), key) === 'legacy')).toBe(false)
  expect(accounts.every((key) => of(strangler(100), key) === 'legacy')).toBe(true)
})

test('the versions share what a legacy upstream leaves, by their weights', () => {
  const rule = { ...strangler(50), ...canary(20), paths: ['/cups'] }
  const draw = evenDraws()
  for (const key of [undefined, 'account']) {
    const choices = accounts.map((account) =>
      nameOf(choose(rule, { key: key === undefined ? undefined : account, draw, asked: undefined })),
    )
    expect(Math.abs(shareOf(choices, 'legacy') - 50)).toBeLessThan(2)
    expect(Math.abs(shareOf(choices, '2.0.0') - 10)).toBeLessThan(2)
  }
})

test('what the client asks for comes before the weights, if the rule has it', () => {
  const asked = (rule: TrafficRule, name: string) => nameOf(choose(rule, { key: 'ada', draw: () => 0, asked: name }))
  expect(asked(canary(0), '2.0.0')).toBe('2.0.0')
  expect(asked(canary(0), '3.0.0')).toBe('1.0.0')
  expect(asked(strangler(0), 'legacy')).toBe('legacy')
  expect(asked(canary(0), 'legacy')).toBe('1.0.0')
})

test('a path of a rule covers whole segments', () => {
  expect(covers('/cups/*', '/cups')).toBe(true)
  expect(covers('/cups/*', '/cups/1/handles')).toBe(true)
  expect(covers('/cups/*', '/cupsize')).toBe(false)
  expect(covers('/cups', '/cups/1')).toBe(false)
  expect(covers('/*', '/anything')).toBe(true)
  expect(isAbout(canary(1), 'saucer', '/cups')).toBe(false)
})
