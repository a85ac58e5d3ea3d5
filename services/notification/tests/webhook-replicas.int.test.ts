import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { event } from '@stoa/contract'
import { logMigrations, openEventLog } from '@stoa/events'
import { newId } from '@stoa/kernel'
import { makeWebhookSecret } from '@stoa/security'
import { migrationsOf } from '@stoa/service'
import { eventually, testDatabase } from '@stoa/testing'
import { Type } from 'typebox'
import { expect, onTestFinished, test } from 'vitest'
import { notificationService } from '../src/service.ts'
import { insertEndpoint } from '../src/store/webhook-endpoints.ts'
import { sealSecret } from '../src/webhooks/secrets.ts'
import { startReceiver, type Receiver } from './webhook-receiver.ts'
import { startReplica, testKeys } from './webhook-replica.ts'

const parcelPacked = event('parcel.packed', '1.0.0', Type.Object({ step: Type.Integer() }))
const topic = 'parcel.events'

/** A database of notification and a log, both empty, without any replica. */
async function warehouse() {
  const own = await testDatabase({ name: 'notification', sets: await migrationsOf(notificationService) })
  const logged = await testDatabase({ name: 'log', sets: [logMigrations] })
  const log = openEventLog({ url: logged.url, applicationName: 'test' })
  onTestFinished(async () => {
    await log.close()
    await Promise.all([own.close(), logged.close()])
  })
  await log.declare(topic, [parcelPacked])
  return {
    database: own.database,
    urls: { database: own.url, log: logged.url },
    async register({ url }: Receiver) {
      const id = newId() as never
      const secret = sealSecret(testKeys, id, makeWebhookSecret())
      const created_at = Temporal.Now.instant().subtract({ hours: 1 })
      const endpoint = { id, url, description: '', types: [parcelPacked.type], secret, created_at }
      await own.database.transaction((tx) => insertEndpoint(tx, endpoint, 100))
    },
    pack: (key: string, steps: readonly number[]) =>
      log.append({ topic, records: steps.map((step) => recordOf(key, step)) }),
  }
}

function recordOf(key: string, step: number) {
  const id = newId()
  const type = parcelPacked.type
  const text = {
    specversion: '1.0',
    id,
    source: '/parcel',
    type,
    subject: key,
    time: Temporal.Now.instant().toString(),
    dataschema: `https://shop.example/schemas/${type}/1.0.0`,
    partitionkey: key,
    correlationid: key,
    data: { step },
  }
  return { id, type, key, event: JSON.stringify(text) }
}

const stepsOf = ({ received }: Receiver, key: string) =>
  received.filter(({ event }) => event.subject === key).map(({ event }) => event.data.step)

test('two replicas send to an endpoint one at a time, each event once and in order, and to several endpoints at once', async () => {
  const { urls, register, pack } = await warehouse()
  const receivers = [await startReceiver(), await startReceiver(), await startReceiver()]
  for (const receiver of receivers) {
    receiver.respond = (response) => void setTimeout(() => response.writeHead(204).end(), 5)
    await register(receiver)
  }
  const replicas = ['a', 'b'].map((name) => startReplica(name, urls))
  const keys = ['north', 'south', 'west']
  const steps = Array.from({ length: 12 }, (_, step) => step)
  for (const step of steps) for (const key of keys) await pack(key, [step])
  await eventually(() => {
    for (const { received } of receivers) expect(received).toHaveLength(keys.length * steps.length)
  })
  for (const receiver of receivers) {
    for (const key of keys) expect(stepsOf(receiver, key)).toEqual(steps)
    expect(receiver.mostAtOnce).toBe(1)
  }
  await Promise.all(replicas.map(({ stop }) => stop()))
})

test('what a replica sent before it was killed and could not note is sent again with the same id, before the rest', async () => {
  const { urls, database, register, pack } = await warehouse()
  const receiver = await startReceiver()
  await register(receiver)
  const script = fileURLToPath(new URL('webhooks-process.ts', import.meta.url))
  const child = fork(script, [urls.database, urls.log], { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  receiver.respond = (response) => {
    if (child.exitCode !== null || child.signalCode !== null) return void response.writeHead(204).end()
    child.kill('SIGKILL')
  }
  await pack('north', [1, 2, 3])
  await once(child, 'exit')
  expect(stepsOf(receiver, 'north')).toEqual([1])
  const [held] = await database.read.sql<{ isHeld: boolean }>`
    select leased_until > now() as "isHeld" from webhook_endpoints`
  expect(held?.isHeld).toBe(true)
  // its lease ends, 20 s after the attempt began
  await database.transaction(({ sql }) => sql`update webhook_endpoints set leased_until = now()`)
  const replica = startReplica('next', urls)
  onTestFinished(() => replica.stop())
  await eventually(() => expect(stepsOf(receiver, 'north')).toEqual([1, 1, 2, 3]))
  const [first, again] = receiver.received.map(({ headers }) => headers['webhook-id'])
  expect(again).toBe(first)
  await eventually(async () => {
    const rows = await database.read.sql<{ attempts: number }>`
      select attempts from webhook_deliveries where state = 'delivered' order by sequence`
    expect(rows.map(({ attempts }) => attempts)).toEqual([1, 1, 1])
  })
})

test('a replica that stops hands over an endpoint at once, also during an attempt', async () => {
  const { urls, database, register, pack } = await warehouse()
  const receiver = await startReceiver()
  await register(receiver)
  receiver.respond = () => {}
  const first = startReplica('first', urls)
  await pack('north', [1, 2])
  await eventually(() => expect(receiver.received).toHaveLength(1))
  await first.stop()
  const rows = await database.read.sql<{ lease: string | null }>`select lease from webhook_endpoints`
  expect(rows).toEqual([{ lease: null }])
  receiver.respond = (response) => void response.writeHead(204).end()
  const second = startReplica('second', urls)
  onTestFinished(() => second.stop())
  await eventually(() => expect(stepsOf(receiver, 'north')).toEqual([1, 1, 2]))
})

test.each([null, '019f0000-0000-7000-8000-000000000000'])(
  'a turn that the clock of the database set while it was ahead ends at once, with lease %s',
  async (lease) => {
    const { urls, database, register, pack } = await warehouse()
    const receiver = await startReceiver()
    receiver.respond = (response) => void response.writeHead(204).end()
    await register(receiver)
    await database.transaction(
      ({ sql }) => sql`update webhook_endpoints set lease = ${lease}, leased_until = now() + interval '1 day'`,
    )
    const replica = startReplica('only', urls)
    onTestFinished(() => replica.stop())
    await pack('north', [1])
    await eventually(() => expect(stepsOf(receiver, 'north')).toEqual([1]))
  },
)
