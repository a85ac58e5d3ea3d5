import { relayStopMs } from '@stoa/config'
import type { Bindings, Service } from '@stoa/contract'
import type { CallCause, CallClient } from '@stoa/client'
import {
  openEventLog,
  startConsumers,
  startLogUpkeep,
  startRelay,
  type Consumers,
  type EventLog,
  type LogUpkeep,
  type Relay,
} from '@stoa/events'
import { purgeIdempotencyRecords } from '@stoa/http'
import type { Clock, NewId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import { startSagaEngine, type SagaEngine } from '@stoa/saga'
import { startTasks, type Tasks } from '@stoa/tasks'
import type { Telemetry } from '@stoa/telemetry'
import type { ChangeFeed } from './changes.ts'
import { databaseLog } from './database-log.ts'
import { purgeErasedSubjects } from './erased-subjects.ts'
import type { txMaker } from './make-tx.ts'
import { withErasure } from './personal-data.ts'
import type { ServiceConfig } from './service-config.ts'
import { within } from './within.ts'

interface BackgroundOptions {
  readonly service: Service
  readonly bindings: Bindings<any>
  readonly database: Database
  readonly config: Pick<ServiceConfig, 'logDatabaseUrl' | 'sagaRetentionDays' | 'eventRetentionDays'>
  readonly calls: CallClient
  readonly makeTx: ReturnType<typeof txMaker>
  readonly changes: ChangeFeed | undefined
  readonly telemetry: Telemetry
  readonly clock: Clock
  readonly newId: NewId
  readonly instanceId: string
}

/** The background work of a service: relay, consumers, sagas, tasks. */
export interface Background {
  readonly log: EventLog | undefined
  readonly sagas: SagaEngine | undefined
  readonly relay: Relay | undefined
  readonly consumers: Consumers | undefined
  readonly tasks: Tasks
  /** Completes the work in progress within the given time, leaves the rest to other replicas, and then empties the outbox. */
  readonly stop: (timeoutMs: number) => Promise<void>
}

const purgeEveryMs = 600_000
/** Share of the time to stop that running tasks may take before the outbox is emptied. */
const taskShare = 0.6
const dayMs = 24 * 60 * 60 * 1_000

/** Starts the background work that the contract of a service declares. */
export async function startBackground(options: BackgroundOptions): Promise<Background> {
  const { service, bindings, database, makeTx, telemetry } = options
  const log = openLog(options)
  const relay = log === undefined ? undefined : startRelay({ service, database, log, telemetry })
  const upkeep = log === undefined ? undefined : keepUpLog(options, log)
  const sagas = await startSagas(options)
  const shared = { service, database, makeTx, telemetry }
  const consumers = log === undefined ? undefined : startConsuming(options, log)
  const calls = ({ key }: { readonly key: string }) => options.calls.for({ idempotencyKey: key }) as never
  const tasks = startTasks({ ...shared, calls, handlers: bindings.tasks })
  const purge = setInterval(() => void purgeRecords(database, telemetry), purgeEveryMs).unref()
  return {
    log,
    sagas,
    relay,
    consumers,
    tasks,
    async stop(timeoutMs) {
      const until = performance.now() + timeoutMs
      clearInterval(purge)
      upkeep?.stop()
      await within(Promise.all([consumers?.stop(), tasks.stop(timeoutMs * taskShare), sagas?.stop()]), timeoutMs)
      // last, so that events that the others have just published are still sent
      const relayMs = Math.max(relayStopMs, until - performance.now())
      await within(relay?.stop(relayMs) ?? Promise.resolve(), relayMs)
    },
  }
}

function openLog({ service, config, telemetry, instanceId }: BackgroundOptions): EventLog | undefined {
  const { logDatabaseUrl } = config
  const isSilent = Object.keys(service.publishes).length === 0 && Object.keys(service.consumes).length === 0
  if (isSilent) return undefined
  if (logDatabaseUrl === undefined)
    throw new Error(`${service.name} publishes or consumes events: set LOG_DATABASE_URL`)
  return openEventLog({
    url: logDatabaseUrl,
    applicationName: `${instanceId}-log`,
    log: databaseLog(telemetry),
    telemetry,
  })
}

function keepUpLog({ service, telemetry, config }: BackgroundOptions, log: EventLog): LogUpkeep {
  const { eventRetentionDays: days } = config
  return startLogUpkeep({ service, log, telemetry, retentionMs: days === undefined ? undefined : days * dayMs })
}

function startConsuming(
  { service, bindings, database, makeTx, telemetry, clock, calls }: BackgroundOptions,
  log: EventLog,
): Consumers {
  const consumers = withErasure(service, bindings)
  return startConsumers({
    service,
    consumers: consumers as never,
    database,
    log,
    calls: calls.for({}) as never,
    makeTx,
    telemetry,
    clock,
  })
}

async function startSagas(options: BackgroundOptions): Promise<SagaEngine | undefined> {
  const { service, bindings, database, makeTx, telemetry, clock, calls, changes, instanceId, config } = options
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
    retentionDays: config.sagaRetentionDays,
    onChanged: (ids: readonly string[]) => changes?.announce(ids),
  })
}

async function purgeRecords(database: Database, { logger }: Telemetry): Promise<void> {
  try {
    await purgeIdempotencyRecords(database)
    await purgeErasedSubjects(database)
  } catch (error) {
    logger.warn('old records were not purged', { error })
  }
}
