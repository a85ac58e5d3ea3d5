import { expect, test } from 'vitest'
import { storeOf, writtenLabels } from '../promql/test-series.ts'
import { countRequests, requestMetric } from './count-requests.ts'

const line = (code: number) => `${requestMetric}{job="order",http_response_status_code="${code}"}`
const scraped = (samples: Record<string, number>, target = 'test') => [
  { target, samples: new Map(Object.entries(samples)), labelsOf: writtenLabels },
]

test('counts what was added since the last round, and what of it failed', () => {
  const store = storeOf([{ series: line(200), values: '3 7' }], 15_000)
  expect(countRequests(store, scraped({ [line(200)]: 12, [line(503)]: 2, up: 1 }))).toEqual([
    { service: 'order', requests: 7, failed: 2 },
  ])
  expect(countRequests(store, scraped({ [line(200)]: 7 }))).toEqual([])
})

test('a process that has started anew counts from 0, also after it could not be scraped', () => {
  const store = storeOf(
    [
      { series: line(200), values: '3 7 _ _' },
      { series: 'up', values: '1 1 0 0' },
    ],
    15_000,
  )
  expect(countRequests(store, scraped({ [line(200)]: 4 }))).toEqual([{ service: 'order', requests: 4, failed: 0 }])
  expect(countRequests(store, scraped({ [line(200)]: 9 }))).toEqual([{ service: 'order', requests: 2, failed: 0 }])
})

test('a target that was not known before counts nothing yet', () => {
  const store = storeOf([{ series: line(200), values: '3' }], 15_000)
  expect(countRequests(store, scraped({ [line(200)]: 1_000_000 }, 'another'))).toEqual([])
})
