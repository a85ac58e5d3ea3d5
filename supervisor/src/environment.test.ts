import { registryTokenOf } from '@stoa/security'
import { expect, test } from 'vitest'
import { system as shop } from '@stoa/systems/shop'
import { dataFolderAt } from './data-folder.ts'
import { environmentOf, ownSpelling, type SystemSettings } from './environment.ts'
import { replicasOf, type Replica } from './replicas.ts'

const names = [...shop.services.map(({ name }) => name), 'event_log']
const secrets = {
  databasePasswords: Object.fromEntries(names.map((name) => [name, `database-password-of-${name}`])),
  logPasswords: Object.fromEntries(names.map((name) => [name, `log-password-of-${name}`])),
  clientSecrets: Object.fromEntries(names.map((name) => [name, `client-secret-of-${name}`])),
  authSecret: 'what encrypts the signing keys',
  userSecret: 'what encrypts second factors',
  notificationSecret: 'what encrypts secrets of webhooks',
  registryToken: 'what the system proves itself with',
  otlpToken: 'what senders of spans prove themselves with',
  webhookSecrets: { SANDBOX_WEBHOOK_SECRET: 'of the provider', SANDBOX_CARRIER_SECRET: 'of the carrier' },
}
const ports = new Map([
  ...shop.services.map(({ name, port }): [string, number] => [name, port + 1]),
  ['gateway.ADMIN_PORT', 9_000],
])
const adminUrl = 'postgres://postgres:of-the-whole-server@127.0.0.1:8432/postgres'

function replica(instance: string): Replica {
  const services = shop.services.map((each) => ({ ...each, replicas: 2 }))
  const found = replicasOf(services).find((each) => each.instance === instance)
  if (found === undefined) throw new Error(`no ${instance}`)
  return found
}

function settings(environment: Record<string, string> = {}): SystemSettings {
  return { data: dataFolderAt('/data'), system: 'shop', secrets, adminUrl, ports, environment }
}

test('a service gets its own database and no way into the whole server', () => {
  const environment = environmentOf(replica('order-1'), settings({ DATABASE_URL: adminUrl }))
  expect(environment['DATABASE_URL']).toBe('postgres://stoa_order:database-password-of-order@127.0.0.1:8432/stoa_order')
  expect(JSON.stringify(environment)).not.toContain('of-the-whole-server')
})

test('a process gets the name of its system, whatever the environment of the start says', () => {
  const environment = environmentOf(replica('order-1'), settings({ STOA_SYSTEM: 'documents' }))
  expect(environment['STOA_SYSTEM']).toBe('shop')
})

test('a service gets a role of its own in the event log, which is not the owner’s', () => {
  const environment = environmentOf(replica('order-1'), settings())
  expect(environment['LOG_DATABASE_URL']).toBe(
    'postgres://stoa_order_log:log-password-of-order@127.0.0.1:8432/stoa_event_log',
  )
  expect(JSON.stringify(environment)).not.toContain('database-password-of-event_log')
  const given = { LOG_DATABASE_URL: 'postgres://log.example/events' }
  expect(environmentOf(replica('order-1'), settings(given))).toMatchObject(given)
})

test('a service without a database gets none, also where the user names a server', () => {
  expect(environmentOf(replica('gateway-1'), settings({ DATABASE_URL: adminUrl }))['DATABASE_URL']).toBeUndefined()
})

test('a service knows its own client secret alone, auth knows all', () => {
  const order = environmentOf(replica('order-1'), settings())
  expect(order['SERVICE_CLIENT_SECRET']).toBe('client-secret-of-order')
  expect(JSON.stringify(order)).not.toContain('client-secret-of-payment')
  const auth = environmentOf(replica('auth-1'), settings())['SERVICE_SECRETS']?.split(',')
  expect(auth).toContain('order=client-secret-of-order')
  expect(auth).toContain('gateway=client-secret-of-gateway')
})

test('a service registers with a token of its own; that of the system is known to the registry alone', () => {
  const tokenOf = (instance: string) => environmentOf(replica(instance), settings())['REGISTRY_TOKEN']
  expect(tokenOf('registry-1')).toBe(secrets.registryToken)
  expect(tokenOf('order-1')).toBe(registryTokenOf(secrets.registryToken, 'order'))
  expect(new Set([tokenOf('registry-1'), tokenOf('order-1'), tokenOf('payment-1')]).size).toBe(3)
  expect(JSON.stringify(environmentOf(replica('order-1'), settings()))).not.toContain(secrets.registryToken)
})

test('a service gets the secrets of its own webhooks alone', () => {
  expect(environmentOf(replica('payment-1'), settings())['SANDBOX_WEBHOOK_SECRET']).toBe('of the provider')
  expect(environmentOf(replica('shipping-1'), settings())['SANDBOX_CARRIER_SECRET']).toBe('of the carrier')
  expect(JSON.stringify(environmentOf(replica('order-1'), settings()))).not.toContain('of the provider')
})

test('addresses are those of the ports that were chosen', () => {
  const environment = environmentOf(replica('gateway-1'), settings())
  expect(environment).toMatchObject({
    PORT: '8081',
    ADMIN_PORT: '9000',
    REGISTRY_URL: 'http://127.0.0.1:8762',
    AUTH_URL: 'http://127.0.0.1:8011',
    AUTH_ISSUER: 'http://127.0.0.1:8081',
  })
})

test('the embedded profile sets what makes the demonstration, and the user comes before it', () => {
  expect(environmentOf(replica('order-1'), settings())).toMatchObject({ AUTO_PICK: 'true', CARRIER_DAY_SECONDS: '10' })
  expect(environmentOf(replica('order-1'), settings({ AUTO_PICK: 'false' }))['AUTO_PICK']).toBe('false')
})

test('production has none of the demonstration’s settings by default', () => {
  expect(environmentOf(replica('order-1'), settings({ NODE_ENV: 'production' }))).toMatchObject({
    STOA_ENV: 'production',
  })
})

test('a port that the user chose under the service’s own name is given once', () => {
  const environment = environmentOf(replica('order-1'), settings({ ORDER_PORT: '8003' }))
  expect(environment['PORT']).toBe('8003')
  expect(environment['ORDER_PORT']).toBeUndefined()
})

test('a second replica has its own port and all else in common with the first', () => {
  const own = settings({ ORDER_PORT: '8003', ORDER_2_PORT: '9002' })
  const second = environmentOf(replica('order-2'), { ...own, ports: new Map([...ports, ['order-2', 9_002]]) })
  expect(second).toEqual({ ...environmentOf(replica('order-1'), own), ORDER_2_PORT: undefined, PORT: '9002' })
})

test('a secret that the user keeps in a file takes the place of ours', () => {
  const environment = environmentOf(replica('auth-1'), settings({ AUTH_SECRET_FILE: '/run/secrets/auth' }))
  expect(environment['AUTH_SECRET']).toBeUndefined()
  expect(environment['AUTH_SECRET_FILE']).toBe('/run/secrets/auth')
})

test('a setting that begins with its service’s name is not given it twice', () => {
  expect(ownSpelling('auth', 'AUTH_SECRET')).toBe('AUTH_SECRET')
  expect(ownSpelling('order', 'PORT')).toBe('ORDER_PORT')
})

test('the gateway alone is told where the built apps are', () => {
  const apps = new Map([['console', '/built/console']])
  const told = (instance: string) => environmentOf(replica(instance), { ...settings(), apps })['APP_FOLDERS']
  expect([told('gateway-1'), told('order-1')]).toEqual(['console=/built/console', undefined])
  expect(environmentOf(replica('gateway-1'), settings())['APP_FOLDERS']).toBe('')
})

test('spans go to monitoring with its token; to files where the system has none or the user names a collector', () => {
  const { otlpToken } = secrets
  const order = environmentOf(replica('order-1'), settings())
  expect(order).toMatchObject({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${ports.get('monitoring')}`,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${encodeURIComponent(otlpToken)}`,
  })
  expect(order['TELEMETRY_FOLDER']).toBeUndefined()
  expect(environmentOf(replica('monitoring-1'), settings())['OTLP_TOKEN']).toBe(otlpToken)

  const collector = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example:4318' }
  const given = environmentOf(replica('order-1'), settings(collector))
  expect(given).toMatchObject({ ...collector, TELEMETRY_FOLDER: dataFolderAt('/data').telemetry })
  expect(JSON.stringify(given)).not.toContain(encodeURIComponent(otlpToken))

  const without = new Map([...ports].filter(([name]) => name !== 'monitoring'))
  const alone = environmentOf(replica('order-1'), { ...settings(), ports: without })
  expect(alone).toMatchObject({ TELEMETRY_FOLDER: dataFolderAt('/data').telemetry })
  expect(alone['OTEL_EXPORTER_OTLP_ENDPOINT']).toBeUndefined()
})
