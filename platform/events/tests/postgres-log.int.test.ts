import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, beforeAll } from 'vitest'
import { logMigrations, openEventLog, type EventLog } from '../src/index.ts'
import { eventLogConformance } from './event-log.conformance.ts'

let own: TestDatabase
let log: EventLog

beforeAll(async () => {
  own = await testDatabase({ name: 'log', sets: [logMigrations] })
  log = openEventLog({ url: own.url, applicationName: 'log' })
})
afterAll(async () => {
  await log.close()
  await own.close()
})

eventLogConformance('PostgreSQL', () => log)
