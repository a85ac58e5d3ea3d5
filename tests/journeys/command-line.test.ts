import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openEventLog } from '@stoa/events'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { processesOf, signal } from '../../cli/tests/stoa-process.ts'
import { systemEnvironment } from '../config.ts'
import { withSecondFactor } from './second-factor.ts'
import {
  ask,
  command,
  commandIn,
  commandJson,
  eventually,
  newAccount,
  newCustomer,
  password,
  place,
  signIn,
} from './shop.ts'
import { system } from './system.ts'

const executable = fileURLToPath(new URL('../../stoa', import.meta.url))
const poisonId = randomUUID()
const paymentId = randomUUID()
let staff: string
let order: { id: string; customerId: string }

beforeAll(async () => {
  await plantPoison()
  staff = await signIn('staff@stoa.example')
  order = (await place(await newCustomer())).body
})

/** An event without a field that its schema requires, which nobody's outbox would have let through. */
async function plantPoison(): Promise<void> {
  const read = async (file: string) => JSON.parse(await readFile(join(system.home, file), 'utf8'))
  const password = (await read('secrets.json')).databasePasswords.event_log as string
  const { postgres: port } = (await read('ports.json')) as { postgres: number }
  const url = `postgres://stoa_event_log:${password}@127.0.0.1:${port}/stoa_event_log`
  const log = openEventLog({ url, applicationName: 'journeys' })
  const event = {
    specversion: '1.0',
    id: poisonId,
    source: '/services/payment',
    type: 'fraud.detected',
    subject: paymentId,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    dataschema: 'http://127.0.0.1:8080/schemas/fraud.detected/1.0.0',
    partitionkey: paymentId,
    correlationid: poisonId,
    data: { paymentId },
  }
  const record = { id: poisonId, type: event.type, key: paymentId, event: JSON.stringify(event) }
  await log.append({ topic: 'payment.events', records: [record] })
  await log.close()
}

/** An order that waits for a person, so that one can meddle with what comes next. */
async function orderOnHold(): Promise<{ id: string; sagaId: string }> {
  const { body } = await place(await newCustomer('tok_fraud'))
  expect(body.status).toBe('on_hold')
  return { id: body.id, sagaId: `order-fulfilment:${body.id}` }
}

const sagaState = async (id: string) => (await commandJson('saga', 'show', id)).state as string
const statusOf = async (id: string) => (await ask('GET', `/api/v1/orders/${id}`, { as: staff })).body.status as string

/** Takes an order's reservation away, so that its saga, which is past its pivot then, cannot continue. */
async function getStuck({ id, sagaId }: { id: string; sagaId: string }): Promise<{ putBack: () => Promise<void> }> {
  const elsewhere = randomUUID()
  const move = (from: string, to: string) =>
    command('sql', 'inventory', `update reservations set order_id = '${to}' where order_id = '${from}'`, '--write')
  expect(await move(id, elsewhere)).toMatchObject({ code: 0, out: 'UPDATE 1\n' })
  const { body } = await ask('GET', `/api/v1/payments?orderId=${id}`, { as: staff })
  const review = `/api/v1/payments/${body.items[0].id}/review`
  await ask('POST', review, { as: staff, key: randomUUID(), body: { outcome: 'approved' } })
  await eventually(async () => expect(await sagaState(sagaId)).toBe('stuck'))
  return {
    async putBack() {
      expect((await move(elsewhere, id)).code).toBe(0)
    },
  }
}

test('a system is operated from anywhere by the URL of its gateway and the token of an operator', async () => {
  const at = ['--url', system.gatewayUrl]
  const elsewhere = { STOA_HOME: '/nowhere', STOA_TOKEN: await signIn('admin@stoa.example') }
  const tried = (...args: string[]) => commandIn(elsewhere, ...args, ...at)
  const sagas = await tried('saga', 'show', order.id, '--json')
  expect([sagas.code, JSON.parse(sagas.out).id]).toEqual([0, `order-fulfilment:${order.id}`])
  for (const args of [['dlq', 'ls'], ['tasks', 'ls'], ['breakers', 'ls'], ['routes'], ['describe', 'order']]) {
    expect(await tried(...args), args.join(' ')).toMatchObject({ code: 0, err: '' })
  }
  const tail = await tried('events', 'tail', '--order', order.id)
  expect([tail.code, tail.out]).toEqual([0, expect.stringContaining('order.created')])
  const customer = { ...elsewhere, STOA_TOKEN: await signIn('ada@stoa.example') }
  expect(await commandIn(customer, 'saga', 'ls', ...at)).toMatchObject({ code: 1, err: expect.stringContaining('ops') })
  const nobody = { STOA_HOME: '/nowhere', STOA_TOKEN: '', XDG_CONFIG_HOME: '/nowhere' }
  expect(await commandIn(nobody, 'saga', 'ls', ...at)).toMatchObject({
    code: 1,
    err: expect.stringContaining('stoa login'),
  })
  expect(await tried('ps')).toMatchObject({ code: 2, err: expect.stringContaining('on this machine') })
})

test('a stuck saga is listed, and continues when what was in its way is gone and it is retried', async () => {
  const held = await orderOnHold()
  const { putBack } = await getStuck(held)
  const stuck = await commandJson<{ id: string }[]>('saga', 'ls', '--state', 'stuck')
  expect(stuck.map(({ id }) => id)).toContain(held.sagaId)
  const shown = await command('saga', 'show', held.id)
  expect(shown.out).toContain('inventory.reservation_not_found')
  expect(await command('saga', 'compensate', held.id)).toMatchObject({
    code: 1,
    err: expect.stringContaining('past its pivot'),
  })
  await putBack()
  expect((await command('saga', 'retry', held.id)).code).toBe(0)
  await eventually(async () => expect(await sagaState(held.sagaId)).toBe('completed'))
  expect(await statusOf(held.id)).not.toBe('on_hold')
  expect(await command('saga', 'retry', held.id)).toMatchObject({ code: 1, err: expect.stringContaining('not stuck') })
  expect(await command('saga', 'retry', randomUUID())).toMatchObject({
    code: 1,
    err: expect.stringContaining('saga ls'),
  })
})

test('a step that a saga is stuck on is left out only when that is meant', async () => {
  const held = await orderOnHold()
  const { putBack } = await getStuck(held)
  expect(await command('saga', 'skip', held.id)).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
  expect(await sagaState(held.sagaId)).toBe('stuck')
  // what the step would have done is the operator's to do
  await putBack()
  const confirmed = await ask('POST', '/api/v1/inventory/confirm', {
    as: staff,
    key: randomUUID(),
    body: { orderId: held.id },
  })
  expect(confirmed.status).toBe(200)
  expect((await command('saga', 'skip', held.id, '--yes')).code).toBe(0)
  await eventually(async () => expect(await sagaState(held.sagaId)).toBe('completed'))
})

test('a saga that waits can be undone', async () => {
  const held = await orderOnHold()
  expect((await command('saga', 'compensate', held.sagaId)).code).toBe(0)
  await eventually(async () => expect(await sagaState(held.sagaId)).toBe('compensated'))
  expect(['rejected', 'cancelled']).toContain(await statusOf(held.id))
})

test('token prints a token and nothing else', async () => {
  const { code, out } = await command('token', '--user', 'ada@stoa.example')
  expect([code, /^[\w-]+\.[\w-]+\.[\w-]+\n$/.test(out)]).toEqual([0, true])
  expect(await command('token')).toMatchObject({ code: 2 })
  const refused = await command('token', '--user', 'ada@stoa.example', '--password', 'wrong')
  expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining('user.credentials_wrong') })
  const email = await newAccount()
  const { recoveryCodes } = await withSecondFactor(email)
  const tokenOf = (...more: string[]) => command('token', '--user', email, '--password', password, ...more)
  expect(await tokenOf()).toMatchObject({ code: 1, out: '', err: expect.stringContaining('user.otp_required') })
  expect((await tokenOf('--otp', recoveryCodes[0] ?? '')).code).toBe(0)
})

test('an order leads to its trace, its events and its lines in the log', async () => {
  await eventually(async () => {
    const spans = await commandJson<{ service: string }[]>('trace', order.id)
    expect(new Set(spans.map(({ service }) => service)).size).toBeGreaterThan(4)
  })
  expect((await command('trace', order.id)).out).toMatch(/^Trace [0-9a-f]{32}: \d+ spans in \d+ services/)
  expect(await command('trace', randomUUID())).toMatchObject({
    code: 1,
    err: expect.stringContaining('no stored trace'),
  })
  const [slowest, next] = await commandJson<{ traceId: string; durationMs: number }[]>(
    'traces',
    '--slow',
    '--limit',
    '2',
  )
  expect(slowest?.durationMs).toBeGreaterThanOrEqual(next?.durationMs ?? Infinity)
  const listed = [
    'traces',
    '--service',
    'payment',
    '--route',
    'PaymentRpc/Pay',
    '--status',
    'ok',
    '--since',
    '1h',
  ] as const
  const paid = await commandJson<{ name: string }[]>(...listed, '--limit', '200')
  expect(paid.map(({ name }) => name)).toContain('POST /api/v1/orders')
  expect(await commandJson(...listed, '--attribute', 'rpc.method=stoa.payment.v1.PaymentRpc/Gone')).toEqual([])
  const { out } = await command('logs', 'order', '--grep', order.id, '--since', '10m')
  expect(out).toContain(order.id)
})

test('the event log is followed, and one event shown', async () => {
  const follower = spawn(executable, ['events', 'tail', '-f', '--json', '--type', 'order.created'], {
    env: systemEnvironment(system.home),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void follower.kill())
  let followed = ''
  // with what it says of failed requests, and how it ended
  for (const stream of [follower.stdout, follower.stderr]) stream.on('data', (chunk) => (followed += String(chunk)))
  follower.once('exit', (code, signal) => (followed += `ended with ${code ?? signal}`))
  await eventually(() => expect(followed).toContain(order.id))
  // what it asks is not there for a while
  for (const row of await processesOf(system.home)) if (row.service === 'gateway') signal(row, 'SIGKILL')
  const { body: late } = await eventually(async () => place(await newCustomer()))
  await eventually(() => expect(followed).toContain(late.id))

  const { out } = await command('events', 'tail', '--order', order.id, '--json')
  const events = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).event as { id: string; type: string })
  expect(events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['order.created', 'payment.completed', 'order.confirmed']),
  )
  const created = events.find(({ type }) => type === 'order.created')
  const bare = JSON.parse((await command('events', 'show', created?.id ?? '', '--bare')).out)
  expect(bare).toEqual((await commandJson('events', 'show', created?.id ?? '')).event)
  expect(bare).toMatchObject({
    type: 'order.created',
    subject: order.id,
  })
  expect(await command('events', 'show', randomUUID())).toMatchObject({
    code: 1,
    err: expect.stringContaining('events tail'),
  })
})

test('a replay says what it would do, does it when told to, and nobody is told twice', async () => {
  const toldOfOrder = async () => {
    const { body } = await ask('GET', `/api/v1/users/${order.customerId}/notifications?limit=200`, { as: staff })
    return body.items.filter(({ kind }: { kind: string }) => kind === 'order.confirmed').length as number
  }
  expect((await command('wait', '--rest', '--timeout', '60s')).code).toBe(0)
  expect(await toldOfOrder()).toBe(1)
  const from = ['notification', '--from', 'start']
  const plan = await commandJson('events', 'replay', ...from)
  expect(plan).toMatchObject({ isDone: false, events: expect.any(Number) })
  expect(plan.events).toBeGreaterThan(0)
  expect((await command('events', 'replay', ...from)).out).toContain('Nothing was changed')
  expect(await commandJson('events', 'replay', ...from, '--yes')).toMatchObject({
    isDone: true,
    events: expect.any(Number),
  })
  expect((await command('wait', '--rest', '--timeout', '60s')).code).toBe(0)
  expect(await toldOfOrder()).toBe(1)
  expect((await command('events', 'replay', 'notification')).code).toBe(2)
})

test('describe, routes, breakers and open say what there is', async () => {
  expect(await commandJson('describe', 'order')).toMatchObject({
    service: 'order',
    owner: 'commerce',
    routes: expect.arrayContaining([
      expect.objectContaining({ method: 'POST', path: '/api/v1/orders', permission: 'order:place' }),
    ]),
    consumes: expect.arrayContaining([{ type: 'shipping.delivered', from: 'shipping' }]),
    calls: { pricing: expect.arrayContaining(['quote']) },
    settings: expect.arrayContaining([expect.objectContaining({ name: 'RETURN_WINDOW_DAYS', default: 14 })]),
    instances: expect.arrayContaining([
      expect.objectContaining({
        state: 'ready',
        components: expect.objectContaining({
          database: expect.objectContaining({ status: 'up', isRequired: true }),
          consumerGroup: expect.objectContaining({ status: 'up', group: 'order' }),
          'calls.pricing': expect.objectContaining({ status: 'up', ready: 1 }),
        }),
      }),
    ]),
  })
  expect(await command('describe', 'nothing')).toMatchObject({
    code: 1,
    err: expect.stringContaining('the services are'),
  })
  const routes = await commandJson<{ service: string; path: string }[]>('routes', 'pricing')
  expect(new Set(routes.map(({ service }) => service))).toEqual(new Set(['pricing']))
  expect(routes.map(({ path }) => path)).toContain('/api/v1/pricing/quote')
  expect((await command('open')).out).toBe(`${system.gatewayUrl}/api/v1/products\n`)
  expect((await command('open', 'nothing')).code).toBe(2)
})

test('breakers shows those of the gateway and of the services, and resets one or all', async () => {
  const reset = ['breakers', 'reset', 'inventory', '--by', 'order', '--scope', 'reserve']
  // An instance that a busy machine keeps from renewing its lease is forgotten, and its breakers with it: the next order makes them anew.
  await eventually(async () => {
    await place(await newCustomer())
    const breakers = await commandJson<Record<string, string>[]>('breakers', 'ls')
    const held = breakers.map(({ caller, service, scope }) => `${caller} ${service} ${scope}`)
    expect(held).toEqual(expect.arrayContaining(['gateway order orders', 'order inventory reserve']))
    expect(await command(...reset)).toMatchObject({ code: 0, out: expect.stringMatching(/^[12] breakers? reset\.\n$/) })
  })
  const ofOrder = await commandJson<Record<string, string>[]>('breakers', 'ls', '--by', 'order')
  expect(new Set(ofOrder.map(({ caller }) => caller))).toEqual(new Set(['order']))
  expect((await command('breakers', 'reset', '--all')).code).toBe(0)
  expect((await command('breakers', 'reset')).code).toBe(2)
  expect(await command('breakers', 'reset', 'nothing')).toMatchObject({
    code: 1,
    err: expect.stringContaining('no such breaker of nothing'),
  })
})

test('sql reads as the service’s own role, and writes only when told to', async () => {
  expect((await command('sql', 'order', 'select 1 as one, null as nothing')).out).toBe('one  nothing\n1\n(1 row)\n')
  expect(await commandJson('sql', 'order', 'select current_user as who')).toEqual([{ who: 'stoa_order' }])
  for (const statement of ['delete from orders', 'commit; delete from orders', 'drop table orders']) {
    expect((await command('sql', 'order', statement)).code, statement).toBe(1)
  }
  expect(await statusOf(order.id)).not.toBeUndefined()
  expect(await command('sql', 'order', 'selec 1')).toMatchObject({
    code: 1,
    err: expect.stringContaining('syntax error'),
  })
  expect(await command('sql', 'nothing', 'select 1')).toMatchObject({
    code: 1,
    err: expect.stringContaining('has no database'),
  })
})

test('an event that cannot be handled is a dead letter, which is looked at, retried and given up', async () => {
  const mine = async (state: string) =>
    (await commandJson<any[]>('dlq', 'ls', 'notification', '--state', state)).find(
      ({ eventId }) => eventId === poisonId,
    )
  const letter = await eventually(async () => {
    const found = await mine('dead')
    if (found === undefined) throw new Error('not dead yet')
    return found as { id: number }
  })
  expect((await command('dlq', 'ls')).out).toContain(paymentId)
  const id = String(letter.id)
  expect(await commandJson('dlq', 'show', 'notification', id)).toMatchObject({
    type: 'fraud.detected',
    state: 'dead',
    attempts: 5,
    event: { id: poisonId },
  })
  expect(await command('dlq', 'show', 'notification', '999999')).toMatchObject({ code: 1 })
  expect((await command('dlq', 'retry', 'notification', id)).code).toBe(0)
  // on a slow machine all attempts may be over before the list is read
  expect((await mine('failing')) ?? (await mine('dead'))).toMatchObject({ eventId: poisonId })
  expect((await command('dlq', 'discard', 'notification', id)).code).toBe(2)
  expect((await command('dlq', 'discard', 'notification', id, '--reason', 'planted')).code).toBe(0)
  expect(await mine('discarded')).toMatchObject({ discardReason: 'planted' })
})

test('all dead letters are retried at once, and doctor finds a dead key that none of them shows', async () => {
  const key = randomUUID()
  const plant = `insert into parked_keys (consumer_group, topic, partition_key, state, retry_at)
    values ('notification', 'payment.events', '${key}', 'dead', now())`
  expect((await command('doctor')).out).toContain('every dead key has a dead letter')
  expect((await command('sql', 'notification', plant, '--write')).code).toBe(0)
  expect(await command('doctor')).toMatchObject({ code: 1, out: expect.stringContaining('notification: 1') })
  expect((await command('dlq', 'retry', 'notification', '1', '--all')).code).toBe(2)
  expect(await command('dlq', 'retry', 'notification', '--all')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^notification: [1-9]/),
  })
  expect((await command('dlq', 'retry', '--all')).out).toMatch(
    /^(Nothing to retry|[a-z]+: \d+ keys? (is|are) retried)\.$/m,
  )
  await eventually(async () => {
    const rows = await commandJson('sql', 'notification', `select 1 from parked_keys where partition_key = '${key}'`)
    expect(rows).toEqual([])
  })
})

test('failed tasks are listed, retried and discarded', async () => {
  const ids: string[] = [randomUUID(), randomUUID(), randomUUID()]
  const values = ids.map(
    (id) => `('deliver', '${id}', '{"notificationId": "${id}"}', 'failed', 10, now(), '{"message": "planted"}')`,
  )
  const plant = `insert into tasks (name, key, payload, state, attempt, run_at, error) values ${values.join(', ')}`
  expect((await command('sql', 'notification', plant, '--write')).code).toBe(0)
  const mine = async () =>
    (await commandJson<{ id: number; key: string }[]>('tasks', 'ls', 'notification')).filter(({ key }) =>
      ids.includes(key),
    )
  const [first, second, third] = await mine()
  expect((await command('tasks', 'ls')).out).toMatch(
    new RegExp(`notification +${first?.id} +deliver +${first?.key} +failed +10 +planted`),
  )
  expect((await command('tasks', 'retry', 'notification', String(first?.id))).code).toBe(0)
  expect((await command('tasks', 'discard', 'notification', String(second?.id))).code).toBe(0)
  expect(await mine()).toEqual([third])
  expect((await command('tasks', 'discard', 'notification', String(second?.id))).code).toBe(1)
  expect((await command('tasks', 'retry', 'notification')).code).toBe(2)
  expect((await command('tasks', 'retry', '--all')).out).toMatch(/^notification: 1 task is retried\.$/m)
  expect(await mine()).toEqual([])
})
