import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { guestCheckout, manager, order, reason, serving, startConfig, viewer, type ConfigApp } from './config-app.ts'

let app: ConfigApp
beforeAll(async () => {
  app = await startConfig()
  await app.declare([guestCheckout])
})
afterAll(() => app.service.stop())

const at = '/api/v1/flags/guest-checkout/production'
const rules = (body: object, headers?: object) => app.as(manager, 'PUT', at, body, headers)
const flag = async () => (await app.as(viewer, 'GET', at)).body

test('a declared flag has its default in every environment', async () => {
  for (const environment of ['development', 'staging', 'production']) {
    const { body } = await app.as(viewer, 'GET', `/api/v1/flags/guest-checkout/${environment}`)
    expect(body).toMatchObject({ version: 1, declaredBy: ['order'], serve: { variant: 'on' }, isKilled: false })
  }
  const { items } = (await app.as(viewer, 'GET', '/api/v1/flags')).body
  expect(items).toMatchObject([{ key: 'guest-checkout', environment: 'production' }])
})

test('a change is recorded with who, when, why, before and after, and a rollback restores the rules as a new version', async () => {
  const before = await flag()
  const changed = await rules(serving('off'), { 'if-match': `"${before.version}"` })
  expect(changed.body).toMatchObject({ version: before.version + 1, serve: { variant: 'off' } })
  const stale = await rules(serving('on'), { 'if-match': `"${before.version}"` })
  expect([stale.status, stale.body.code]).toEqual([412, 'request.stale'])
  // the same rules are not a change
  await rules(serving('off'))
  const back = await app.as(manager, 'POST', `${at}/rollback`, { version: before.version, reason })
  expect(back.body).toMatchObject({ version: before.version + 2, serve: { variant: 'on' } })
  const { items } = (await app.as(viewer, 'GET', `${at}/history?limit=2`)).body
  expect(items).toMatchObject([
    {
      action: 'rolled_back',
      changedBy: manager.subject,
      before: { serve: { variant: 'off' } },
      after: { serve: { variant: 'on' } },
    },
    {
      action: 'changed',
      changedBy: manager.subject,
      reason,
      before: { serve: { variant: 'on' } },
      after: { serve: { variant: 'off' } },
    },
  ])
  const unknown = await app.as(manager, 'POST', `${at}/rollback`, { version: 99, reason })
  expect([unknown.status, unknown.body.code]).toEqual([404, 'config.version_not_found'])
})

test('of two changes of the same version at once, one is made', async () => {
  const { version } = await flag()
  const answers = await Promise.all(
    [
      serving('off'),
      { ...serving('on'), rules: [{ when: [{ attribute: 'a', operator: 'exists' }], serve: { variant: 'off' } }] },
    ].map((body) => rules(body, { 'if-match': `"${version}"` })),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 412]))
  await rules(serving('on'))
})

test('a declared flag that is on by default is off when it is killed', async () => {
  await app.declare([guestCheckout, { ...guestCheckout, key: 'express' }])
  const killed = await app.as(manager, 'POST', '/api/v1/flags/express/production/kill', { reason })
  expect(killed.body).toMatchObject({ offVariant: 'off', isKilled: true })
  const evaluated = await app.as(viewer, 'POST', '/ofrep/v1/evaluate/flags/express', { context: {} })
  expect(evaluated.body).toMatchObject({ value: false })
  await app.declare([guestCheckout])
  await app.as(manager, 'DELETE', '/api/v1/flags/express')
})

test('the kill switch overrides the rules until the flag is revived', async () => {
  const evaluated = async () =>
    (await app.as(viewer, 'POST', '/ofrep/v1/evaluate/flags/guest-checkout', { context: {} })).body
  expect(await evaluated()).toMatchObject({ value: true })
  await app.as(manager, 'PUT', at, serving('on'))
  await app.as(manager, 'POST', `${at}/kill`, { reason })
  expect(await evaluated()).toMatchObject({ value: false, variant: 'off', reason: 'DISABLED' })
  await app.as(manager, 'POST', `${at}/revive`, { reason })
  expect(await evaluated()).toMatchObject({ value: true })
})

test('promotion copies rules to the next environment, and stops at the last', async () => {
  const staging = '/api/v1/flags/guest-checkout/staging'
  await app.as(manager, 'PUT', staging, serving('off'))
  await app.as(manager, 'POST', `${staging}/kill`, { reason })
  const promoted = await app.as(manager, 'POST', `${staging}/promote`, { reason })
  expect(promoted.body).toMatchObject({ environment: 'production', serve: { variant: 'off' }, isKilled: false })
  const beyond = await app.as(manager, 'POST', `${at}/promote`, { reason })
  expect([beyond.status, beyond.body.code]).toEqual([409, 'config.nothing_to_promote'])
  await rules(serving('on'))
})

test('refuses rules that the flag cannot evaluate', async () => {
  const { status, body } = await rules({ ...serving('maybe'), rules: [] })
  expect([status, body.code, body.errors]).toEqual([
    422,
    'config.flag_invalid',
    [{ pointer: '/serve/variant', detail: 'is not a variant of the flag' }],
  ])
})

test('a reader changes nothing', async () => {
  const writes = [
    app.as(viewer, 'PUT', at, serving('off')),
    app.as(viewer, 'POST', `${at}/kill`, { reason }),
    app.as(viewer, 'POST', `${at}/rollback`, { version: 1, reason }),
    app.as(viewer, 'DELETE', '/api/v1/flags/guest-checkout'),
  ]
  expect((await Promise.all(writes)).map(({ status }) => status)).toEqual([403, 403, 403, 403])
})

test('a flag that a service declares can be deleted when no service declares it any more', async () => {
  const own = { ...guestCheckout, key: 'old-flag' }
  await app.declare([guestCheckout, own])
  const refused = await app.as(manager, 'DELETE', '/api/v1/flags/old-flag')
  expect([refused.status, refused.body.code]).toEqual([409, 'config.flag_declared'])
  await app.declare([guestCheckout])
  expect((await app.as(manager, 'DELETE', '/api/v1/flags/old-flag')).status).toBe(204)
  expect((await app.as(viewer, 'GET', '/api/v1/flags/old-flag')).status).toBe(404)
})

const temporary = {
  key: 'temporary',
  type: 'boolean',
  description: 'A flag for a while.',
  variants: { on: true, off: false },
  defaultVariant: 'on',
  reason,
}

test('a deleted flag leaves its history with who deleted it, and one of the same key continues the versions', async () => {
  const path = '/api/v1/flags/temporary'
  const history = async () => (await app.as(viewer, 'GET', `${path}/production/history`)).body.items
  await app.as(manager, 'POST', '/api/v1/flags', temporary)
  await app.as(manager, 'PUT', `${path}/production`, serving('off'))
  const deleted = await app.as(manager, 'DELETE', `${path}?reason=Not%20needed.`, undefined, { 'if-match': '"2"' })
  expect(deleted.status).toBe(204)
  const gone = { version: 3, action: 'deleted', changedBy: manager.subject, reason: 'Not needed.' }
  const [last, ...earlier] = await history()
  expect(last).toMatchObject({ ...gone, before: { serve: { variant: 'off' } } })
  expect(last).not.toHaveProperty('after')
  expect(earlier.map(({ action }: { action: string }) => action)).toEqual(['changed', 'created'])
  expect((await app.as(viewer, 'GET', `${path}/staging/history`)).body.items).toHaveLength(2)

  await app.as(manager, 'POST', '/api/v1/flags', temporary)
  // who read the flag before it was deleted does not change the new one
  const stale = await app.as(manager, 'PUT', `${path}/production`, serving('off'), { 'if-match': '"1"' })
  expect([stale.status, stale.body.code]).toEqual([412, 'request.stale'])
  expect((await history()).map(({ version }: { version: number }) => version)).toEqual([4, 3, 2, 1])
  const refused = await app.as(manager, 'POST', `${path}/production/rollback`, { version: 3, reason })
  expect(refused.body.code).toBe('config.version_not_found')
  await app.as(manager, 'DELETE', path)
  expect((await app.as(viewer, 'GET', '/api/v1/flags/never-there/production/history')).status).toBe(404)
})

test('deletions and changes of a flag at once end, each in one way', async () => {
  await app.as(manager, 'POST', '/api/v1/flags', temporary)
  const changes = ['development', 'staging', 'production'].flatMap((environment) =>
    ['off', 'on', 'off'].map((variant) =>
      app.as(manager, 'PUT', `/api/v1/flags/temporary/${environment}`, serving(variant)),
    ),
  )
  const answers = await Promise.all([...changes, app.as(manager, 'DELETE', '/api/v1/flags/temporary')])
  expect(answers.at(-1)?.status).toBe(204)
  for (const { status } of answers.slice(0, -1)) expect([200, 404]).toContain(status)
})

test('a rollback does not revive a killed flag', async () => {
  await rules(serving('on'))
  const { version } = await flag()
  await rules(serving('off'))
  await app.as(manager, 'POST', `${at}/kill`, { reason })
  const back = await app.as(manager, 'POST', `${at}/rollback`, { version, reason })
  expect(back.body).toMatchObject({ isKilled: true, serve: { variant: 'on' } })
  await app.as(manager, 'POST', `${at}/revive`, { reason })
})

test('a change that names another version than the current one is not made, however it is asked for', async () => {
  const { version } = await flag()
  const staging = '/api/v1/flags/guest-checkout/staging'
  const asks = [
    app.as(manager, 'POST', `${at}/kill`, { reason }, { 'if-match': '"999"' }),
    app.as(manager, 'POST', `${at}/revive`, { reason }, { 'if-match': '"999"' }),
    app.as(manager, 'POST', `${at}/rollback`, { version: 1, reason }, { 'if-match': '"999"' }),
    app.as(manager, 'POST', `${staging}/promote`, { reason }, { 'if-match': '"999"' }),
  ]
  expect((await Promise.all(asks)).map(({ status }) => status)).toEqual([412, 412, 412, 412])
  expect((await flag()).version).toBe(version)
})

test('refuses a secret in a variant, and shows it nowhere', async () => {
  const secret = 'sk_live_0123456789abcdef'
  const variants = { v: { key: secret } }
  const made = await app.as(manager, 'POST', '/api/v1/flags', {
    ...temporary,
    type: 'object',
    variants,
    defaultVariant: 'v',
  })
  expect(made.body).toMatchObject({ code: 'config.secret_refused', errors: [{ pointer: '/variants/v/key' }] })
  expect(JSON.stringify(made.body)).not.toContain(secret)
})

test('refuses rules and variants that are too large', async () => {
  const values = Array.from({ length: 50 }, (_, index) => `${index}${'x'.repeat(90)}`)
  const rule = { when: [{ attribute: 'a', operator: 'in', values }], serve: { variant: 'on' } }
  const large = await rules({ ...serving('on'), rules: Array.from({ length: 10 }, () => rule) })
  expect([large.status, large.body.code]).toEqual([422, 'config.flag_invalid'])
  expect(large.body.errors[0].detail).toContain('bytes')
  const variants = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [
      `v${index}`,
      Object.fromEntries(Array.from({ length: 20 }, (__, part) => [`p${part}`, 'x'.repeat(100)])),
    ]),
  )
  const made = { ...temporary, type: 'object', variants, defaultVariant: 'v0' }
  expect((await app.as(manager, 'POST', '/api/v1/flags', made)).body.code).toBe('config.flag_invalid')
})

test('processes of an earlier release keep the rules of a flag that the next release no longer declares', async () => {
  const leaving = { ...guestCheckout, key: 'leaving' }
  await app.declare([guestCheckout, leaving])
  // the next release declares, while processes of this one run
  await app.declare([guestCheckout])
  await app.as(manager, 'POST', '/api/v1/flags/leaving/production/kill', { reason })
  const leave = new AbortController()
  const { asCaller } = await import('@stoa/testing')
  const response = await fetch(`${app.service.url}/internal/snapshots`, {
    headers: { authorization: asCaller(order) },
    signal: leave.signal,
  })
  const { value } = await response.body!.pipeThrough(new TextDecoderStream()).getReader().read()
  leave.abort()
  const { flags } = JSON.parse(/^data: (.*)$/m.exec(value ?? '')?.[1] ?? '{}')
  expect(flags.leaving).toMatchObject({ isKilled: true })
  await app.as(manager, 'DELETE', '/api/v1/flags/leaving')
})

test('a service that declares the same again makes no one read again', async () => {
  const revision = async () => {
    const leave = new AbortController()
    const { asCaller } = await import('@stoa/testing')
    const response = await fetch(`${app.service.url}/internal/snapshots`, {
      headers: { authorization: asCaller(order) },
      signal: leave.signal,
    })
    const { value } = await response.body!.pipeThrough(new TextDecoderStream()).getReader().read()
    leave.abort()
    return JSON.parse(/^data: (.*)$/m.exec(value ?? '')?.[1] ?? '{}').revision as number
  }
  await app.declare([guestCheckout])
  const before = await revision()
  await app.declare([guestCheckout])
  expect(await revision()).toBe(before)
  await app.declare([guestCheckout, { ...guestCheckout, key: 'another' }])
  expect(await revision()).toBeGreaterThan(before)
  await app.declare([guestCheckout])
  await app.as(manager, 'DELETE', '/api/v1/flags/another')
})

test('a changed declaration changes the definition and keeps the rules', async () => {
  await rules(serving('off'))
  await app.declare([
    { ...guestCheckout, description: 'New words.', variants: { ...guestCheckout.variants, maybe: true } },
  ])
  expect(await flag()).toMatchObject({
    description: 'New words.',
    variants: { maybe: true },
    serve: { variant: 'off' },
  })
  await app.declare([guestCheckout])
  await rules(serving('on'))
})

test('a service is streamed its flags at once and after each change, and no others', async () => {
  await app.as(manager, 'POST', '/api/v1/flags', {
    key: 'banner',
    type: 'string',
    description: 'The text of the banner.',
    variants: { none: '', sale: 'Sale' },
    defaultVariant: 'none',
    reason,
  })
  const leave = new AbortController()
  const { asCaller } = await import('@stoa/testing')
  const response = await fetch(`${app.service.url}/internal/snapshots`, {
    headers: { authorization: asCaller(order) },
    signal: leave.signal,
  })
  let text = ''
  const reading = (async () => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk
  })().catch(() => {})
  const snapshots = () =>
    text
      .split('\n')
      .filter((line) => line.startsWith('data: '))
      .map((line) => JSON.parse(line.slice('data: '.length)).flags)
  await eventually(() => expect(snapshots()).toHaveLength(1))
  expect(Object.keys(snapshots()[0])).toEqual(['guest-checkout'])
  await rules(serving('off'))
  await eventually(() => expect(snapshots().at(-1)['guest-checkout'].serve).toEqual({ variant: 'off' }))
  await rules(serving('on'))
  leave.abort()
  await reading
})

test('reports the flags that are not evaluated or always return the same variant', async () => {
  const stale = async () =>
    (await app.as(viewer, 'GET', '/api/v1/stale-flags?days=7')).body.items.map((item: any) => [
      item.key,
      item.why,
      item.variant,
    ])
  const report = (key: string, variant: string, lastAt: string) =>
    app.as(order, 'POST', '/internal/evaluations', {
      items: [
        { key, variant, count: 2, lastAt },
        { key: 'unknown', variant, count: 1, lastAt },
      ],
    })
  expect(await stale()).toEqual([])
  app.clock.set('2026-11-20T12:00:00Z')
  await report('guest-checkout', 'on', '2026-11-10T12:00:00Z')
  expect(await stale()).toEqual([
    ['banner', 'never_evaluated', undefined],
    ['guest-checkout', 'not_evaluated', undefined],
  ])
  await report('guest-checkout', 'on', '2026-11-20T11:00:00Z')
  expect(await stale()).toContainEqual(['guest-checkout', 'one_variant', 'on'])
  await report('guest-checkout', 'off', '2026-11-20T11:00:00Z')
  expect(await stale()).toEqual([['banner', 'never_evaluated', undefined]])
  await app.service.runTask('prune-evaluations', {})
  app.clock.set('2028-11-20T12:00:00Z')
  await app.service.runTask('prune-evaluations', {})
  expect(await stale()).toHaveLength(2)
  app.clock.set('2026-11-02T12:00:00Z')
})
