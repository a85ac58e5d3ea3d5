import { asCaller, eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { manager, order, reason, startConfig, viewer, type ConfigApp } from './config-app.ts'

let app: ConfigApp
beforeAll(async () => {
  app = await startConfig()
  const settings = {
    'tax.rounding': { type: 'string', enum: ['line', 'total'] },
    'page.size': { type: 'integer', minimum: 1, maximum: 200 },
    'mail.password': { type: 'secretRef' },
    'mail.host': { type: 'string', maxLength: 100 },
  }
  const created = await app.as(manager, 'PUT', '/api/v1/config/storefront', { settings })
  if (created.status !== 200) throw new Error(JSON.stringify(created.body))
})
afterAll(() => app.service.stop())

const at = '/api/v1/config/storefront/production'
const put = (values: object, headers?: object, path = at) => app.as(manager, 'PUT', path, { values, reason }, headers)
const read = (path = at) => app.as(manager, 'GET', path)

test('values have versions with who, when, why, before and after; a rollback restores one as a new version', async () => {
  expect((await read('/api/v1/config/storefront')).body).toMatchObject({ version: 1, isService: false })
  const first = await read()
  expect([first.headers.get('etag'), first.body]).toMatchObject(['"0"', { version: 0, values: {} }])
  const one = await put({ 'page.size': 20 }, { 'if-match': '"0"' })
  expect(one.body).toMatchObject({ version: 1, values: { 'page.size': 20 } })
  const stale = await put({ 'page.size': 30 }, { 'if-match': '"0"' })
  expect([stale.status, stale.body.code]).toEqual([412, 'request.stale'])
  await put({ 'page.size': 40, 'tax.rounding': 'line' }, { 'if-match': '"1"' })
  const { items } = (await read(`${at}/diff?version=1`)).body
  expect(items).toEqual([
    { name: 'page.size', before: 20, after: 40 },
    { name: 'tax.rounding', after: 'line' },
  ])
  const back = await app.as(manager, 'POST', `${at}/rollback`, { version: 1, reason })
  expect(back.body).toMatchObject({ version: 3, values: { 'page.size': 20 } })
  expect((await read(`${at}/history?limit=2`)).body.items).toMatchObject([
    {
      version: 3,
      action: 'rolled_back',
      changedBy: manager.subject,
      before: { 'page.size': 40 },
      after: { 'page.size': 20 },
    },
    { version: 2, action: 'changed', reason },
  ])
  const unknown = await app.as(manager, 'POST', `${at}/rollback`, { version: 9, reason })
  expect([unknown.status, unknown.body.code]).toEqual([404, 'config.version_not_found'])
})

test('refuses values that do not match, and changes nothing', async () => {
  const { version } = (await read()).body
  const refused = await put({ 'page.size': 500, other: 1 })
  expect([refused.status, refused.body.code]).toEqual([422, 'config.values_invalid'])
  expect(refused.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
    '/values/page.size',
    '/values/other',
  ])
  expect((await read()).body.version).toBe(version)
})

test('secrets are kept as references only, and a refused one appears nowhere', async () => {
  const secret = 'hZ4tUcW1yXbWl0mV0VYl3Q3rWZrZyqgY2R5f7mJc1xk'
  const refused = await put({ 'mail.host': secret })
  expect([refused.status, refused.body.code]).toEqual([422, 'config.secret_refused'])
  expect(JSON.stringify(refused.body)).not.toContain(secret)
  const schema = { 'mail.key': { type: 'string', enum: [`ghp_${secret.slice(0, 36)}`] } }
  const inSchema = await app.as(manager, 'PUT', '/api/v1/config/secretive', { settings: schema })
  expect([inSchema.status, inSchema.body.code]).toEqual([422, 'config.secret_refused'])
  const kept = await put({ 'mail.password': { secretRef: 'mail/password' } })
  expect(kept.body.values).toEqual({ 'mail.password': { secretRef: 'mail/password' } })
})

test('promotion copies values to the next environment', async () => {
  const staging = '/api/v1/config/storefront/staging'
  await put({ 'page.size': 7 }, {}, staging)
  expect((await read(`${at}/diff?with=staging`)).body.items).toContainEqual({ name: 'page.size', before: 7 })
  const promoted = await app.as(manager, 'POST', `${staging}/promote`, { reason })
  expect(promoted.body).toMatchObject({ environment: 'production', values: { 'page.size': 7 } })
  expect((await read(`${at}/diff?with=staging`)).body.items).toEqual([])
})

test('values that were never set are not promoted over those of the next environment', async () => {
  const before = await read()
  const refused = await app.as(manager, 'POST', '/api/v1/config/storefront/development/promote', { reason })
  expect([refused.status, refused.body.code]).toEqual([409, 'config.nothing_to_promote'])
  const staging = '/api/v1/config/storefront/staging'
  const stale = { 'if-match': '"999"' }
  expect((await app.as(manager, 'POST', `${staging}/promote`, { reason }, stale)).status).toBe(412)
  expect((await app.as(manager, 'POST', `${at}/rollback`, { version: 1, reason }, stale)).status).toBe(412)
  expect((await read()).body).toEqual(before.body)
})

test('a change of the schemas is recorded with who, when, why, before and after', async () => {
  const path = '/api/v1/config/kiosk'
  const schema = (maximum: number) => ({ pages: { type: 'integer', maximum } })
  await app.as(manager, 'PUT', path, { settings: schema(5), reason: 'A kiosk.' })
  await app.as(manager, 'PUT', path, { settings: schema(9), reason: 'More pages.' })
  // the same schemas are not a change
  expect((await app.as(manager, 'PUT', path, { settings: schema(9) })).body.version).toBe(2)
  const { items } = (await read('/api/v1/config-schemas/kiosk/history')).body
  expect(items).toMatchObject([
    {
      version: 2,
      action: 'changed',
      changedBy: manager.subject,
      reason: 'More pages.',
      before: schema(5),
      after: schema(9),
    },
    { version: 1, action: 'created', reason: 'A kiosk.', after: schema(5) },
  ])
  expect((await app.as(viewer, 'GET', '/api/v1/config-schemas/kiosk/history')).status).toBe(403)
  expect((await read('/api/v1/config-schemas/unknown/history')).body.code).toBe('config.application_not_found')
})

test('replicas of a service that declare new settings at once make one version', async () => {
  const settings = { HOURS: { type: 'integer' } }
  const who = { subject: 'service:billing', roles: ['service'] }
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => app.as(who, 'POST', '/internal/declarations', { flags: [], settings })),
  )
  expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204])
  expect((await read('/api/v1/config-schemas/billing/history')).body.items).toMatchObject([
    { version: 1, action: 'declared', changedBy: 'service:billing' },
  ])
})

test('refuses values and schemas that are too large', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `s${index}`)
  const schemas = (more: object) => Object.fromEntries(names.map((name) => [name, { type: 'string', ...more }]))
  const path = '/api/v1/config/large'
  await app.as(manager, 'PUT', path, { settings: schemas({}) })
  const values = Object.fromEntries(names.map((name) => [name, 'word '.repeat(390)]))
  const refused = await put(values, {}, `${path}/production`)
  expect([refused.status, refused.body.errors?.[0].pointer]).toEqual([422, '/values'])
  const long = Array.from({ length: 40 }, (_, index) => `${index} ${'x'.repeat(150)}`)
  const grown = await app.as(manager, 'PUT', path, { settings: schemas({ enum: long }) })
  expect([grown.status, grown.body.errors?.[0].pointer]).toEqual([422, '/settings'])
})

test('a stream sends the values at once and after each change', async () => {
  const leave = new AbortController()
  const response = await fetch(`${app.service.url}${at}/events`, {
    headers: { authorization: asCaller(manager) },
    signal: leave.signal,
  })
  let text = ''
  const reading = (async () => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk
  })().catch(() => {})
  await eventually(() => expect(text).toContain('event: configuration'))
  await put({ 'page.size': 99 })
  await eventually(() => expect(text).toContain('"page.size":99'))
  leave.abort()
  await reading
})

test('a service declares its settings, gets its values, and nobody else changes its schemas', async () => {
  const settings = { MINUTES: { type: 'integer', minimum: 1 } }
  await app.as(order, 'POST', '/internal/declarations', { flags: [], settings })
  await put({ MINUTES: 5 }, {}, '/api/v1/config/order/production')
  const leave = new AbortController()
  const response = await fetch(`${app.service.url}/internal/snapshots`, {
    headers: { authorization: asCaller(order) },
    signal: leave.signal,
  })
  const { value } = await response.body!.pipeThrough(new TextDecoderStream()).getReader().read()
  expect(value).toContain('"settings":{"MINUTES":5}')
  leave.abort()
  const refused = await app.as(manager, 'PUT', '/api/v1/config/order', { settings: {} })
  expect([refused.status, refused.body.code]).toEqual([409, 'config.application_declared'])
})

test('readers of flags read no configuration', async () => {
  expect((await app.as(viewer, 'GET', at)).status).toBe(403)
  expect((await app.as(viewer, 'PUT', at, { values: {}, reason })).status).toBe(403)
  for (const path of ['/api/v1/config/unknown/production', '/api/v1/config/unknown/production/events'])
    expect((await read(path)).body.code).toBe('config.application_not_found')
})
