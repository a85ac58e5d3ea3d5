import { openEventLog, startFollower } from '@stoa/events'
import { createTelemetry } from '@stoa/telemetry'
import { makeAmqpBridge } from '../src/amqp/bridge.ts'

// Bridges a log to RabbitMQ until it is killed: LOG_DATABASE_URL, AMQP_URL, exchange.
const [logUrl = '', url = '', exchange = ''] = process.argv.slice(2)
const telemetry = createTelemetry({ service: 'bridge', environment: 'test', version: '0', instance: 'bridge' })
const log = openEventLog({ url: logUrl, applicationName: 'bridge' })
startFollower(
  { service: { name: 'monitoring' }, log, telemetry },
  makeAmqpBridge({ url, exchange, connectionName: 'test', telemetry }),
)
process.on('disconnect', () => process.exit(0))
