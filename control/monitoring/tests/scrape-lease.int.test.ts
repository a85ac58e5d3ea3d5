import { setTimeout as delay } from 'node:timers/promises'
import { migrationsOf } from '@stoa/service'
import { eventually, testDatabase } from '@stoa/testing'
import { expect, onTestFinished, test } from 'vitest'
import { monitoringService } from '../src/service.ts'
import { holdLease, whileHolding } from '../src/store/scrape-lease.ts'

const leaseMs = 4_000

test('work that takes longer than the lease keeps it from other replicas, and no longer', async () => {
  const own = await testDatabase({ sets: await migrationsOf(monitoringService), name: 'lease' })
  onTestFinished(() => own.close())
  const takenByOther = () => own.database.transaction((tx) => holdLease(tx, 'other', leaseMs))
  const taken = await whileHolding(own.database, { holder: 'this', leaseMs }, async () => {
    await delay(1.5 * leaseMs)
    return takenByOther()
  })
  expect(taken).toBe(false)
  await eventually(async () => expect(await takenByOther()).toBe(true))
  expect(await whileHolding(own.database, { holder: 'this', leaseMs }, () => Promise.resolve(1))).toBeUndefined()
})
