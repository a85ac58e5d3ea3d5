import { OFREPProvider } from '@openfeature/ofrep-provider'
import { OpenFeature } from '@openfeature/server-sdk'
import { asCaller } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { guestCheckout, manager, reason, serving, startConfig, viewer, type ConfigApp } from './config-app.ts'

let app: ConfigApp
beforeAll(async () => {
  app = await startConfig()
  await app.declare([guestCheckout])
  const create = (flag: object) =>
    app.as(manager, 'POST', '/api/v1/flags', { description: 'A flag.', reason, isClientSide: true, ...flag })
  await create({ key: 'banner', type: 'string', variants: { none: '', sale: 'Sale' }, defaultVariant: 'none' })
  await create({ key: 'page-size', type: 'number', variants: { few: 10, many: 50 }, defaultVariant: 'few' })
  await create({ key: 'theme', type: 'object', variants: { plain: { accent: 'blue' } }, defaultVariant: 'plain' })
  await app.as(manager, 'PUT', '/api/v1/flags/banner/production', {
    offVariant: 'none',
    rules: [{ when: [{ attribute: 'country', operator: 'in', values: ['AT'] }], serve: { variant: 'sale' } }],
    serve: { split: { shares: [{ variant: 'none', percent: 100 }] } },
    reason,
  })
})
afterAll(async () => {
  await OpenFeature.close()
  await app.service.stop()
})

const path = '/ofrep/v1/evaluate/flags'
const evaluate = (key: string, body?: unknown, headers: object = {}) =>
  app.service.request('POST', `${path}/${key}`, { as: viewer, body, headers: headers as never })

test('the OFREP provider of OpenFeature evaluates every type, rules and percentages', async () => {
  const provider = new OFREPProvider({
    baseUrl: app.service.url,
    headers: [['authorization', asCaller(viewer)]],
  })
  await OpenFeature.setProviderAndWait('ofrep', provider as never)
  const client = OpenFeature.getClient('ofrep')
  expect(await client.getBooleanDetails('guest-checkout', false)).toMatchObject({
    value: true,
    variant: 'on',
    reason: 'STATIC',
  })
  expect(await client.getNumberValue('page-size', 0)).toBe(10)
  expect(await client.getObjectValue('theme', {})).toEqual({ accent: 'blue' })
  expect(await client.getStringDetails('banner', 'x', { targetingKey: 'u', country: 'AT' })).toMatchObject({
    value: 'Sale',
    reason: 'TARGETING_MATCH',
    flagMetadata: { version: 2 },
  })
  expect(await client.getStringDetails('banner', 'x', { targetingKey: 'u' })).toMatchObject({
    value: '',
    reason: 'SPLIT',
  })
  expect(await client.getStringDetails('banner', 'x')).toMatchObject({ value: 'x', errorCode: 'TARGETING_KEY_MISSING' })
  expect(await client.getStringDetails('missing', 'x')).toMatchObject({ value: 'x', errorCode: 'FLAG_NOT_FOUND' })
  expect(await client.getStringDetails('page-size', 'x')).toMatchObject({ value: 'x', errorCode: 'TYPE_MISMATCH' })
})

test('refuses with the bodies of the protocol', async () => {
  expect(await evaluate('missing', { context: {} })).toMatchObject({
    status: 404,
    body: { key: 'missing', errorCode: 'FLAG_NOT_FOUND', errorDetails: expect.any(String) },
  })
  expect(await evaluate('banner', { context: {} })).toMatchObject({
    status: 400,
    body: { key: 'banner', errorCode: 'TARGETING_KEY_MISSING' },
  })
  for (const body of [[], { context: [] }, { context: { targetingKey: 1 } }, 1])
    expect(await evaluate('banner', body)).toMatchObject({
      status: 400,
      body: { key: 'banner', errorCode: 'INVALID_CONTEXT' },
    })
  const items = (length: number) => Array.from({ length }, (_, index) => String(index))
  const largeContexts = [
    { list: items(101) },
    Object.fromEntries(items(101).map((name) => [`a${name}`, 1])),
    { text: 'x'.repeat(1_001) },
    { list: ['x'.repeat(1_001)] },
  ]
  for (const context of largeContexts)
    expect(await evaluate('banner', { context })).toMatchObject({
      status: 400,
      body: { key: 'banner', errorCode: 'INVALID_CONTEXT' },
    })
  const broken = await app.service.request('POST', `${path}/banner`, { as: viewer, text: '{' })
  expect(broken).toMatchObject({ status: 400, body: { key: 'banner', errorCode: 'PARSE_ERROR' } })
  const large = await evaluate('banner', { context: { text: 'x'.repeat(70_000) } })
  expect([large.status, large.body.errorCode]).toEqual([413, 'GENERAL'])
  const got = await app.service.request('GET', `${path}/banner`, { as: viewer })
  expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST'])
  expect((await app.service.request('POST', '/ofrep/v1/other', { as: viewer })).status).toBe(404)
})

test('evaluates all flags at once, and returns 304 until one of them returns something else', async () => {
  const all = (headers: object = {}) =>
    evaluate('', { context: { targetingKey: 'u' } }, headers).then((answer) => answer)
  const first = await all()
  expect(first.body.flags.map(({ key }: { key: string }) => key)).toEqual([
    'banner',
    'guest-checkout',
    'page-size',
    'theme',
  ])
  const etag = first.headers.get('etag') as string
  const again = await all({ 'if-none-match': etag })
  expect([again.status, again.body]).toEqual([304, undefined])
  await app.as(manager, 'PUT', '/api/v1/flags/guest-checkout/production', serving('off'))
  expect((await all({ 'if-none-match': etag })).status).toBe(200)
  const failing = await evaluate('', { context: {} })
  expect(failing.body.flags[0]).toMatchObject({ key: 'banner', errorCode: 'TARGETING_KEY_MISSING' })
})

test('anyone may evaluate client-side flags, and no others', async () => {
  const anyone = (key: string) =>
    app.service.request('POST', `${path}/${key}`, { body: { context: { targetingKey: 'u' } } })
  expect((await anyone('')).body.flags.map(({ key }: { key: string }) => key)).toEqual(['banner', 'page-size', 'theme'])
  expect((await anyone('guest-checkout')).body.errorCode).toBe('FLAG_NOT_FOUND')
  expect((await anyone('page-size')).body).toMatchObject({ value: 10, variant: 'few' })
})
