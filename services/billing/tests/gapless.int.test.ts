import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Invoice } from '@stoa/contracts/billing/resources'
import { newId } from '@stoa/kernel'
import { openDatabase, type Database } from '@stoa/postgres'
import { migrationsOf } from '@stoa/service'
import { eventually, testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { billingService } from '../src/service.ts'
import { startBilling } from './billing-app.ts'
import { issue } from './issue.ts'

let own: TestDatabase
let replicas: Database[]
beforeAll(async () => {
  own = await testDatabase({ sets: await migrationsOf(billingService), name: 'gapless' })
  const limits = { statementTimeoutMs: 30_000, connectTimeoutMs: 30_000, acquireTimeoutMs: 30_000 }
  replicas = [1, 2, 3].map((replica) =>
    openDatabase({ url: own.url, applicationName: `replica-${replica}`, writeConnections: 8, ...limits }),
  )
})
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.close()))
  await own.close()
})

const placesIn = async (database: Database) =>
  (
    await database.read.sql<{
      position: number
    }>`select position from documents where kind = 'invoice' order by position`
  ).map(({ position }) => position)
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

test('200 invoices at once over three replicas have the numbers 1 to 200, although every third transaction fails', async () => {
  const failing = async () => {
    await delay(1)
    throw new Error('the process has failed')
  }
  const outcomes = await Promise.allSettled(
    upTo(300).map((each) => issue(replicas[each % 3] as Database, newId(), each % 3 === 0 ? failing : undefined)),
  )
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(100)
  expect(await placesIn(own.database)).toEqual(upTo(200))
  const [dates] = await own.database.read.sql<{ wrong: number }>`
    select count(*)::int as wrong from documents d join documents n on n.position = d.position + 1
     where n.issued_at < d.issued_at`
  expect(dates?.wrong).toBe(0)
})

test('an order that is invoiced twice at once has one invoice, and no number is lost', async () => {
  const before = (await placesIn(own.database)).length
  const orderId = newId()
  const outcomes = await Promise.allSettled(replicas.map((replica) => issue(replica, orderId)))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  await issue(own.database, newId())
  expect(await placesIn(own.database)).toEqual(upTo(before + 2))
})

test('processes that are killed while they issue invoices leave no gap', async () => {
  const before = await placesIn(own.database)
  for (let round = 0; round < 3; round += 1) {
    const replica = fork(new URL('./replica.ts', import.meta.url), [own.url])
    onTestFinished(() => void replica.kill('SIGKILL'))
    const count = (await placesIn(own.database)).length
    await eventually(async () => expect((await placesIn(own.database)).length).toBeGreaterThan(count + 20))
    replica.kill('SIGKILL')
    await once(replica, 'exit')
  }
  await issue(own.database, newId())
  const places = await placesIn(own.database)
  expect(places.length).toBeGreaterThan(before.length + 60)
  expect(places).toEqual(upTo(places.length))
})

test('the events of 200 orders give 200 invoices without gaps while the connections of billing are cut', async () => {
  const app = await startBilling()
  onTestFinished(() => app.service.stop())
  const { database } = app.service
  const orders = upTo(200).map(() => app.order())
  await Promise.all(orders.map(app.confirm))
  for (let round = 0; round < 5; round += 1) {
    await eventually(async () => expect((await placesIn(database)).length).toBeGreaterThan(round * 20))
    // the test's own connections are among those that were cut before
    await eventually(
      () => database.read.sql`
        select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()`,
    )
  }
  await eventually(async () => expect((await placesIn(database)).length).toBe(200))
  const places = await eventually(() => placesIn(database))
  expect(places).toEqual(upTo(200))
  const found = await eventually(async () => (await Promise.all(orders.map(app.documentsOf))).flat())
  expect(new Set(found.map(({ orderId }: Invoice) => orderId)).size).toBe(200)
})
