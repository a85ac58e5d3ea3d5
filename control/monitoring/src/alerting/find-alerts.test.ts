import { expect, test } from 'vitest'
import type { SeriesSource } from '../promql/series-source.ts'
import { ruleOf } from './alert-rule.ts'
import { findAlerts } from './find-alerts.ts'

test('a rule with more alerts than can be kept counts as failed, so that those that were dropped are not resolved', () => {
  const series = Array.from({ length: 1_500 }, (_, at) => ({
    labels: { at: String(at) },
    latest: () => 1,
    runs: () => [],
  }))
  const source: SeriesSource = { select: () => series }
  const { found, failed, dropped } = findAlerts([ruleOf({ alert: 'Many', expr: 'x == 1' }, 0)], source, 0)
  expect([found.length, dropped, [...failed.keys()]]).toEqual([1_000, 500, ['Many']])
})
