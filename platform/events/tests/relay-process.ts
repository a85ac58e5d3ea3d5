import { openDatabase } from '@stoa/postgres'
import { openEventLog, startRelay } from '../src/index.ts'
import { warehouse, watchedTelemetry } from './shop.ts'

// A replica of the warehouse as a process of its own, which a test stops and wakes: DATABASE_URL, LOG_DATABASE_URL.
const [url = '', logUrl = ''] = process.argv.slice(2)
const database = openDatabase({ url, applicationName: 'hanging', statementTimeoutMs: 5_000 })
const log = openEventLog({ url: logUrl, applicationName: 'hanging-log' })
const { telemetry } = watchedTelemetry()
startRelay({ service: warehouse, database, log, telemetry, leaseMs: 800 })
// Ends with the test, whatever becomes of it.
process.on('disconnect', () => process.exit(0))
