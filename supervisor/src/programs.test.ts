import { stopTimeMs } from '@stoa/config'
import { expect, test } from 'vitest'
import { system as shop } from '@stoa/systems/shop'
import type { Bundle } from './bundle.ts'
import { dataFolderAt } from './data-folder.ts'
import type { SystemSettings } from './environment.ts'
import { programsOf, type FleetProgram } from './programs.ts'

const bundle = {
  isSource: false,
  compileCache: '/cache',
  entry: (name: string) => `/bundle/${name}`,
} as unknown as Bundle

const passwords = Object.fromEntries(shop.services.map(({ name }) => [name, `password of ${name}`]))

function programs(environment: Record<string, string> = {}, isPacked = false): readonly FleetProgram[] {
  const settings: SystemSettings = {
    data: dataFolderAt('/data'),
    system: 'shop',
    secrets: {
      databasePasswords: passwords,
      logPasswords: passwords,
      clientSecrets: {},
      authSecret: '',
      userSecret: '',
      notificationSecret: '',
      registryToken: '',
      otlpToken: '',
      webhookSecrets: {},
    },
    adminUrl: 'postgres://stoa@127.0.0.1:5432/postgres',
    ports: new Map(),
    environment,
  }
  return programsOf(shop.services, { settings, bundle, isPacked })
}

test('no process is ended by force before the time of its own stop is over', () => {
  for (const { environment, stopTimeoutMs } of programs()) {
    const drainTimeoutMs = Number(environment['DRAIN_TIMEOUT_MS'])
    expect(stopTimeoutMs).toBeGreaterThanOrEqual(stopTimeMs(drainTimeoutMs))
  }
})

test('a longer time that the user sets, for all or for one service, is waited for', () => {
  const timeOf = (all: readonly FleetProgram[], wanted: string) =>
    all.find(({ name }) => name === wanted)?.stopTimeoutMs ?? 0
  const longer = programs({ DRAIN_TIMEOUT_MS: '60000', ORDER_DRAIN_TIMEOUT_MS: '90000' })
  expect(timeOf(longer, 'payment')).toBeGreaterThanOrEqual(stopTimeMs(60_000))
  expect(timeOf(longer, 'order')).toBeGreaterThanOrEqual(stopTimeMs(90_000))
  const [packed] = programs({ ORDER_DRAIN_TIMEOUT_MS: '90000' }, true)
  expect(packed?.stopTimeoutMs).toBeGreaterThanOrEqual(stopTimeMs(90_000))
})

test('with the time of PostgreSQL everything stops within 5 s', () => {
  const times = Map.groupBy(programs(), ({ name }) => name === 'registry')
  const longest = (isRegistry: boolean) =>
    Math.max(...(times.get(isRegistry) ?? []).map(({ stopTimeoutMs }) => stopTimeoutMs))
  expect(longest(false) + longest(true) + 1_000).toBeLessThanOrEqual(5_000)
})
