import { expect, test } from 'vitest'
import { serviceSettings, url } from './service-settings.ts'
import { defineConfig } from './config.ts'
import { setting } from './settings.ts'
import { settingsTable } from './settings-table.ts'

const config = defineConfig('order', serviceSettings('order', 8002))
const databaseUrl = 'postgres://order:planted@127.0.0.1:5432/order'

test('a service needs nothing but its database to start', () => {
  expect(config.parse({ DATABASE_URL: databaseUrl })).toEqual({
    stoaEnv: 'development',
    role: 'all',
    meshMtls: 'off',
    meshFolder: undefined,
    serviceVersion: '0.1.0',
    migrate: 'on',
    host: '127.0.0.1',
    port: 8002,
    advertisedHost: undefined,
    databaseUrl,
    readConnections: 5,
    writeConnections: 5,
    logDatabaseUrl: undefined,
    kafkaTopicPrefix: '',
    kafkaTls: false,
    kafkaSaslMechanism: 'SCRAM-SHA-512',
    registryToken: 'stoa-embedded-only',
    registryUrl: 'http://127.0.0.1:8761',
    authIssuer: 'http://127.0.0.1:8080',
    authUrl: 'http://127.0.0.1:8010',
    serviceClientSecret: 'stoa-embedded-only',
    trustedProxies: [],
    logLevel: 'info',
    telemetryFolder: undefined,
    logExportLevel: 'info',
    otelExporterOtlpEndpoint: undefined,
    otelServiceName: undefined,
    otelResourceAttributes: undefined,
    traceSampleRatio: 1,
    drainTimeoutMs: 4_000,
    sagaRetentionDays: 90,
    auditRetentionDays: 1_095,
    auditAddressDays: 90,
  })
})

test('in production nobody registers without a secret of the system', () => {
  const production = {
    STOA_ENV: 'production',
    DATABASE_URL: databaseUrl,
    AUTH_ISSUER: 'https://shop.example',
    SERVICE_CLIENT_SECRET: 'a-secret-of-this-service',
  }
  expect(() => config.parse(production)).toThrow('REGISTRY_TOKEN')
  expect(() => config.parse({ ...production, REGISTRY_TOKEN: 'stoa-embedded-only' })).toThrow('REGISTRY_TOKEN')
  expect(config.parse({ ...production, REGISTRY_TOKEN: 'a-secret-of-all-services' }).registryToken).toBe(
    'a-secret-of-all-services',
  )
})

test('in production calls require certificates, unless the setting says otherwise', () => {
  const production = {
    NODE_ENV: 'production',
    STOA_ENV: 'production',
    DATABASE_URL: databaseUrl,
    AUTH_ISSUER: 'https://shop.example',
    SERVICE_CLIENT_SECRET: 'a-secret-of-this-service',
    REGISTRY_TOKEN: 'a-secret-of-all-services',
  }
  expect(config.parse(production).meshMtls).toBe('strict')
  expect(config.parse({ ...production, MESH_MTLS: 'off' }).meshMtls).toBe('off')
  expect(settingsTable(config)).toContain('| `MESH_MTLS` | `off`; `strict` in production |')
})

test('the database of the service wins over the one of all', () => {
  expect(config.parse({ ORDER_DATABASE_URL: databaseUrl, DATABASE_URL: 'postgres://admin@db/x' }).databaseUrl).toBe(
    databaseUrl,
  )
})

test('production asks for all that a demonstration makes up', () => {
  expect(() => config.parse({ STOA_ENV: 'production', DATABASE_URL: databaseUrl })).toThrow(
    /3 settings are invalid:\n {2}REGISTRY_TOKEN is not set.*\n {2}AUTH_ISSUER is not set.*\n {2}SERVICE_CLIENT_SECRET is not set.*$/,
  )
})

test.each(['mysql://a/b', 'postgres//a/b', '127.0.0.1:5432', 'postgres://'])(
  'refuses %s as a database, unseen',
  (text) => {
    expect(() => config.parse({ DATABASE_URL: text })).toThrow(
      'DATABASE_URL is set to a value (not shown), expected a URL that starts with postgres:// or postgresql://',
    )
  },
)

test('the table of settings names each with its default and meaning, and shows no secret', () => {
  const table = settingsTable(config)
  expect(table.split('\n').slice(0, 3)).toEqual([
    '| setting | default | accepted | meaning |',
    '| --- | --- | --- | --- |',
    '| `STOA_ENV` | `development` | one of embedded, development, production | Environment: `embedded` (one process tree on one machine), `development` or `production`. |',
  ])
  expect(table).toContain('| `DRAIN_TIMEOUT_MS` | `4000` | a whole number from 0 to 600000, in ms | Time that')
  expect(table).toContain(
    '| `DATABASE_URL` | required | a URL that starts with postgres:// or postgresql:// | Database of order',
  )
  expect(table).toContain('| `SERVICE_CLIENT_SECRET` | a demonstration secret; required in production |')
  expect(table).toContain('| `AUTH_ISSUER` | `http://127.0.0.1:8080`; required in production |')
  expect(table).toContain('| `ADVERTISED_HOST` | none |')
  expect(table).not.toContain('stoa-embedded-only')
})

test('the table of settings keeps its columns when a text has a bar in it', () => {
  const barred = defineConfig('x', { A: setting(url('http'), { optional: true, doc: 'One | two.' }) })
  expect(settingsTable(barred)).toContain('One \\| two.')
})
