import { setTimeout as delay } from 'node:timers/promises'
import { openDatabase } from '@stoa/postgres'
import type { StepCause } from '../src/index.ts'
import { startEngine } from './purchase.ts'

// A replica in a process of its own, to be killed and stopped; its participants live in the database.
const [url = '', leaseMs = ''] = process.argv.slice(2)
const database = openDatabase({ url, applicationName: 'replica', statementTimeoutMs: 10_000 })

const callsFor = (cause: StepCause) => ({
  async call(what: string) {
    await delay(5)
    await database.transaction(async (tx) => {
      await tx.sql`insert into effects (key) values (${cause.idempotencyKey}) on conflict (key) do nothing`
    })
    return { what }
  },
})

await startEngine(database, { callsFor }, { leaseMs: Number(leaseMs), workerName: 'replica' })
process.send?.('ready')
