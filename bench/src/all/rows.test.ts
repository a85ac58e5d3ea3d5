import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Figure } from '../figure.ts'
import { goals, type Goal } from './goals.ts'
import { isGood, rowsOf, type Row } from './rows.ts'

const figure = (fields: Partial<Figure>): Figure => ({
  bench: 'saga',
  metric: 'sagas',
  ours: 100,
  unit: '/s',
  settings: {},
  ...fields,
})
const fast: Goal = { what: 'fast', target: { atLeast: 50 }, bench: 'saga', metric: /^sag/, unit: '/s' }
const faster: Goal = {
  what: 'faster',
  peer: 'DBOS',
  target: { ratioAtLeast: 4 },
  bench: 'saga',
  metric: 'sagas',
  unit: '/s',
}
const ratio = (peer: string, value: number) => figure({ peer, peerValue: 1, ratio: value })
const only = (rows: readonly Row[]) => rows.map(({ what, state, reason }) => [what, state, reason])

test.each<[string, Goal, readonly Figure[], Row['state']]>([
  ['reached', fast, [figure({})], 'met'],
  ['not reached', fast, [figure({ ours: 49 })], 'missed'],
  ['reached against its peer', faster, [ratio('Restate', 1), ratio('DBOS', 5)], 'met'],
  ['not reached against its peer', faster, [ratio('Restate', 5), ratio('DBOS', 3)], 'missed'],
  ['of a peer that did not run', faster, [ratio('Restate', 5)], 'no peer'],
  ['without any peer', faster, [figure({})], 'no peer'],
  ['that the bench no longer measures', fast, [figure({ unit: 'ms' })], 'failed'],
])('a goal %s', (_, goal, figures, state) => {
  expect(rowsOf([goal], [{ bench: 'saga', figures }], false)[0]?.state).toBe(state)
})

test('a bench that failed is a row, whether it has a goal or not, and the others keep theirs', () => {
  const rows = rowsOf(
    [fast, { what: 'small', target: 'at most 1 MB', reason: 'no bench' }],
    [
      { bench: 'saga', failure: 'PostgreSQL did not start' },
      { bench: 'rpc', failure: 'the callee ended' },
      { bench: 'events', figures: [figure({ bench: 'events', peer: 'NATS', peerValue: 50, ratio: 2 })] },
    ],
    false,
  )
  expect(only(rows)).toEqual([
    ['fast', 'failed', 'saga: PostgreSQL did not start'],
    ['small', 'not measured', 'no bench'],
    ['rpc', 'failed', 'the callee ended'],
    ['events: sagas', 'no target', undefined],
  ])
  expect(isGood(rows, true)).toBe(false)
})

test('a short run judges no figure, and only a failure is bad', () => {
  const outcomes = [{ bench: 'saga', figures: [figure({ ours: 1, target: { atLeast: 2 } })] }]
  const rows = rowsOf([fast, { ...faster, metric: 'another' }], outcomes, true)
  expect(only(rows)).toEqual([
    ['fast', 'short run', undefined],
    ['faster', 'not measured', 'a short run of saga leaves it out'],
  ])
  expect(isGood(rows, true)).toBe(true)
  expect(isGood(rowsOf([fast], [{ bench: 'saga', figures: [figure({ ours: 1 })] }], false), false)).toBe(false)
})

test('a goal of a bench that was left out says so', () => {
  expect(only(rowsOf([fast], [], false))).toEqual([['fast', 'not measured', 'saga is not part of this run']])
})

test('every goal is of a bench that exists, and no two goals are of one figure', () => {
  const measured = goals.filter((goal) => 'bench' in goal)
  const fileOf = (bench: string) => join(import.meta.dirname, `../benches/${bench}.ts`)
  expect(measured.filter(({ bench }) => !existsSync(fileOf(bench)))).toEqual([])
  const keys = measured.map(({ bench, metric, peer, unit }) => [bench, String(metric), peer, unit].join())
  expect(new Set(keys).size).toBe(keys.length)
})
