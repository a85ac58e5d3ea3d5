import { openEventLog, startFollower } from '@stoa/events'
import { newId, systemClock } from '@stoa/kernel'
import { openDatabase } from '@stoa/postgres'
import { deriveChangingKeys, type ChangingKeys } from '@stoa/security'
import { createTelemetry } from '@stoa/telemetry'
import { makeWebhooks } from '../src/webhooks/follower.ts'

/** The key of the tests. */
export const testKeys: ChangingKeys = deriveChangingKeys(
  { secret: 'a secret of the tests, never in production', other: undefined },
  'webhook endpoints',
)

/** A replica that takes events from a log and sends them as webhooks. */
export function startReplica(name: string, urls: { readonly database: string; readonly log: string }) {
  const destination = { write() {}, flush: () => true, close() {} }
  const telemetry = createTelemetry({
    service: 'notification',
    environment: 'test',
    version: '0',
    instance: name,
    destination,
  })
  const log = openEventLog({ url: urls.log, applicationName: name })
  const database = openDatabase({
    url: urls.database,
    applicationName: name,
    readConnections: 4,
    writeConnections: 8,
    statementTimeoutMs: 30_000,
  })
  const webhooks = makeWebhooks({
    database,
    clock: systemClock,
    newId,
    telemetry,
    secretKeys: testKeys,
    reach: 'this-machine',
    makeTx: () => {
      throw new Error('no endpoint is paused here')
    },
    onPaused: async () => {},
  })
  const running = startFollower({ service: { name: 'notification' }, log, telemetry }, webhooks)
  return {
    async stop() {
      await running.stop(5_000)
      await Promise.all([log.close(), database.close()])
    },
  }
}
