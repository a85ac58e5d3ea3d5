import { describeService, type Service } from '@stoa/contract'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { gatewayPages } from './pages.ts'

function publishing(version: string): Service {
  return describeService({
    name: 'tea',
    port: 1,
    owner: 'tea',
    slo: { availability: 0.99, p99Ms: 1, errorRate: 0.1 },
    errors: {},
    operations: {},
    publishes: { teaDrunk: { type: 'tea.drunk', version, data: Type.Object({}) } as never },
    personalData: 'none',
  })
}

function statusAt(version: string, path: string): number | undefined {
  const pages = gatewayPages({
    services: [publishing(version)],
    version: '1.0.0',
    isReady: () => true,
    furtherErrors: undefined,
  })
  return pages({ method: 'GET', path } as never)?.status
}

test.each([
  ['1.2.0', 200],
  ['1.0.0', 200],
  ['1.2.3', 200],
  ['1.3.0', undefined],
  ['1.1.7', undefined],
  ['2.0.0', undefined],
  ['1.2', undefined],
  ['1.01.0', undefined],
])('the schema of version %s of an event in version 1.2.3 is found: %s', (version, status) => {
  expect(statusAt('1.2.3', `/schemas/tea.drunk/${version}`)).toBe(status)
})

test('an event of a very high version costs no more than another one', () => {
  expect(statusAt('1.99999999999.0', '/health/live')).toBe(200)
  expect(statusAt('1.99999999999.0', '/schemas/tea.drunk/1.99999999998.0')).toBe(200)
})
