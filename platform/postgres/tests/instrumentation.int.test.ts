import { testDatabase } from '@stoa/testing'
import { createTelemetry, currentContext, type EndedSpan } from '@stoa/telemetry'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../src/index.ts'

async function measuredDatabase({ sampler = 'always_on' } = {}) {
  const spans: EndedSpan[] = []
  const telemetry = createTelemetry({
    service: 'test',
    environment: 'development',
    version: '1',
    instance: 'test-1',
    logLevel: 'error',
    sampler,
    spanSinks: [{ write: async (ended) => void spans.push(...ended), close: async () => {} }],
  })
  const sets = [{ name: 'test', migrations: [{ name: '0001-parcels', sql: 'create table parcels (id int);' }] }]
  const { url, close } = await testDatabase({ sets, name: 'measured' })
  const database = openDatabase({
    url,
    applicationName: 'test',
    statementTimeoutMs: 5_000,
    readConnections: 1,
    writeConnections: 1,
    poolName: 'parcels',
    telemetry,
  })
  onTestFinished(async () => {
    await database.close()
    await close()
  })
  const ended = async () => {
    await telemetry.flush()
    return spans
  }
  const metric = async (name: string) => {
    const { body } = await telemetry.metrics.expose()
    return body.split('\n').filter((line) => line.startsWith(name))
  }
  return { database, telemetry, url, ended, metric }
}

test('in a sampled trace each statement is a client span without its values, and a failed one says why', async () => {
  const { database, telemetry, url, ended } = await measuredDatabase()
  const { pathname, port } = new URL(url)
  await telemetry.inSpan('request', {}, async () => {
    await database.transaction(async ({ sql }) => sql`insert into parcels (id) values (${987654321})`)
    await expect(database.read.sql`select nothing from parcels where id = ${987654321}`).rejects.toThrow('nothing')
  })
  const spans = await ended()
  const request = spans.find(({ name }) => name === 'request')
  const statements = spans.filter(({ kind }) => kind === 'client')
  const of = (wanted: string) => statements.find(({ name }) => name === wanted)
  expect(statements.map(({ name }) => name).toSorted()).toEqual(['BEGIN', 'COMMIT', 'INSERT parcels', 'SELECT parcels'])
  expect(new Set(statements.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set([request?.context.spanId]))
  expect(of('INSERT parcels')?.attributes).toEqual({
    'db.system.name': 'postgresql',
    'db.namespace': pathname.slice(1),
    'db.operation.name': 'INSERT',
    'db.query.summary': 'INSERT parcels',
    'server.address': new URL(url).hostname,
    'server.port': Number(port),
  })
  expect(of('SELECT parcels')).toMatchObject({
    status: 'error',
    attributes: { 'error.type': '42703', 'db.response.status_code': '42703' },
  })
  expect(JSON.stringify(statements.map(({ attributes }) => attributes))).not.toContain('987654321')
})

test('a statement that waits for a connection belongs to the trace of its caller', async () => {
  const { database, telemetry, ended } = await measuredDatabase()
  const write = (name: string) =>
    telemetry.inSpan(name, { parent: null }, async () => {
      await database.transaction(async ({ sql }) => sql`select pg_sleep(0.05)`)
      return currentContext()?.traceId
    })
  const read = (name: string) =>
    telemetry.inSpan(name, { parent: null }, async () => {
      await database.read.sql`select pg_sleep(0.05), ${name}::text`
      return currentContext()?.traceId
    })
  const traces = await Promise.all(['a', 'b', 'c'].flatMap((name) => [write(name), read(name)]))
  const statements = (await ended()).filter(({ name }) => name === 'SELECT')
  expect(new Set(statements.map(({ context }) => context.traceId))).toEqual(new Set(traces))
  expect(statements).toHaveLength(6)
})

test('outside of sampled traces there are no spans, and the durations are measured all the same', async () => {
  const { database, telemetry, ended, metric, url } = await measuredDatabase({ sampler: 'always_off' })
  await database.read.sql`select id from parcels`
  await telemetry.inSpan('request', {}, async () => {
    await database.read.sql`select id from parcels`
    await expect(database.read.sql`delete from parcels`).rejects.toThrow('read-only')
  })
  expect(await ended()).toEqual([])
  const namespace = new URL(url).pathname.slice(1)
  const labels = (operation: string, error: string) =>
    `db_client_operation_duration_seconds_count{db_system_name="postgresql",db_namespace="${namespace}",db_operation_name="${operation}",error_type="${error}"}`
  expect(await metric('db_client_operation_duration_seconds_count')).toEqual([
    `${labels('SELECT', '')} 2`,
    `${labels('DELETE', '25006')} 1`,
  ])
})

test('the connections of each pool are shown by state, with the limit and what waits', async () => {
  const { database, metric } = await measuredDatabase()
  const name = (suffix: string, pool: string, state = '') =>
    `db_client_connection${suffix}{db_client_connection_pool_name="parcels/${pool}"${state}}`
  const state = (value: string) => `,db_client_connection_state="${value}"`
  const running = [1, 2, 3].map(() => database.transaction(async ({ sql }) => sql`select pg_sleep(0.5)`))
  await expect
    .poll(() => metric('db_client_connection'))
    .toEqual([
      `${name('s', 'read', state('idle'))} 0`,
      `${name('s', 'read', state('used'))} 0`,
      `${name('s', 'write', state('idle'))} 0`,
      `${name('s', 'write', state('used'))} 1`,
      `${name('_max', 'read')} 1`,
      `${name('_max', 'write')} 1`,
      `${name('_pending_requests', 'read')} 0`,
      `${name('_pending_requests', 'write')} 2`,
    ])
  await Promise.all(running)
})
