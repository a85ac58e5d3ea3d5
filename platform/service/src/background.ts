import type { Bindings, Service } from '@stoa/contract'
import type { CallCause, CallClient } from '@stoa/client'
import { openEventLog, startConsumers, startRelay, type Consumers, type EventLog } from '@stoa/events'
import { purgeIdempotencyRecords } from '@stoa/http'
import type { Clock, NewId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import { startSagaEngine, type SagaEngine } from '@stoa/saga'
import { startTasks, type Tasks } from '@stoa/tasks'
import type { Telemetry } from '@stoa/telemetry'
import type { ChangeFeed } from './changes.ts'
import { databaseLog } from './database-log.ts'
import type { txMaker } from './make-tx.ts'

interface BackgroundOptions {
  readonly service: Service
  readonly bindings: Bindings<any>
  readonly database: Database
  readonly logDatabaseUrl: string | undefined
  readonly calls: CallClient
  readonly makeTx: ReturnType<typeof txMaker>
  readonly changes: ChangeFeed | undefined
  readonly telemetry: Telemetry
  readonly clock: Clock
  readonly newId: NewId
  readonly instanceId: string
}

/** What a service does besides answering: relay, consumers, sagas, tasks. */
export interface Background {
  readonly log: EventLog | undefined
  readonly sagas: SagaEngine | undefined
  readonly consumers: Consumers | undefined
  readonly tasks: Tasks
  /** Ends what is under way and hands the rest to other replicas. */
  readonly stop: () => Promise<void>
}

const purgeEveryMs = 600_000

/** Starts a service's background work; whatever its contract does not declare is not started. */
export async function startBackground(options: BackgroundOptions): Promise<Background> {
  const { service, bindings, database, makeTx, telemetry } = options
  const log = openLog(options)
  const relay = log === undefined ? undefined : startRelay({ service, database, log, telemetry })
  const sagas = await startSagas(options)
  const shared = { service, database, makeTx, telemetry }
  const consumers = log === undefined ? undefined : startConsuming(options, log)
  const calls = ({ key }: { readonly key: string }) => options.calls.for({ idempotencyKey: key }) as never
  const tasks = startTasks({ ...shared, calls, handlers: bindings.tasks })
  const purge = setInterval(() => void purgeRecords(database, telemetry), purgeEveryMs).unref()
  return {
    log,
    sagas,
    consumers,
    tasks,
    async stop() {
      clearInterval(purge)
      await Promise.all([consumers?.stop(), tasks.stop(), sagas?.stop()])
      // last, so that what the others have just published still goes out
      await relay?.stop()
      await log?.close()
    },
  }
}

function openLog({ service, logDatabaseUrl, telemetry, instanceId }: BackgroundOptions): EventLog | undefined {
  const isSilent = Object.keys(service.publishes).length === 0 && Object.keys(service.consumes).length === 0
  if (isSilent) return undefined
  if (logDatabaseUrl === undefined)
    throw new Error(`${service.name} publishes or consumes events: set LOG_DATABASE_URL`)
  return openEventLog({ url: logDatabaseUrl, applicationName: `${instanceId}-log`, log: databaseLog(telemetry) })
}

function startConsuming(
  { service, bindings, database, makeTx, telemetry, clock, calls }: BackgroundOptions,
  log: EventLog,
): Consumers {
  const consumers = bindings.consumes as never
  return startConsumers({ service, consumers, database, log, calls: calls.for({}) as never, makeTx, telemetry, clock })
}

async function startSagas(options: BackgroundOptions): Promise<SagaEngine | undefined> {
  const { service, bindings, database, makeTx, telemetry, clock, calls, changes, instanceId } = options
  if (Object.keys(service.sagas).length === 0) return undefined
  return startSagaEngine({
    service,
    definitions: bindings.sagas,
    database,
    callsFor: (cause: CallCause) => calls.for(cause),
    makeTx,
    telemetry,
    clock,
    workerName: instanceId,
    onChanged: (ids: readonly string[]) => changes?.announce(ids),
  })
}

async function purgeRecords(database: Database, { logger }: Telemetry): Promise<void> {
  try {
    await purgeIdempotencyRecords(database)
  } catch (error) {
    logger.warn('idempotency records were not purged', { error })
  }
}
