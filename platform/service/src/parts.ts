import { auditPart } from '@stoa/audit'
import { backgroundStopMs, connectionsStopMs, databaseStopMs, relayStopMs, telemetryStopMs } from '@stoa/config'
import { blobParts } from '@stoa/blobs'
import { callsPart, type CallCause } from '@stoa/client'
import type { Service } from '@stoa/contract'
import { routesDocument } from '@stoa/contract/routes'
import { routesDigest } from '@stoa/contract/routes-digest'
import { registrationPart, resolverPart, type OfferedRoutes } from '@stoa/discovery'
import { eventLogPart, eventParts, type EventLog } from '@stoa/events'
import { idempotencyPart } from '@stoa/http'
import type { Part } from '@stoa/kernel/part'
import { databasePart } from '@stoa/postgres'
import { sagaPart } from '@stoa/saga'
import { tasksPart } from '@stoa/tasks'
import { meshPart } from '@stoa/security'
import type { Telemetry } from '@stoa/telemetry'
import type { BoundService } from './bind-service.ts'
import { changesPart } from './changes.ts'
import type { Connections } from './connections.ts'
import type { DefinedService } from './define-service.ts'
import type { Doors } from './doors.ts'
import { erasurePart, findErased } from './erased-subjects.ts'
import { identityPart } from './identity.ts'
import { ownPart } from './own-part.ts'
import { withErasure } from './personal-data.ts'
import { register } from './registry.ts'
import type { Stage } from './stages.ts'

/** A registry that hangs does not delay the stop: the lease of the instance expires. */
const leavingMs = 500
const dayMs = 24 * 60 * 60 * 1_000

/** The parts of what a process holds open. */
export type HeldParts = ReturnType<typeof heldParts>

/** Makes the parts of the connections, which have nothing to start. */
export function heldParts(connections: Connections) {
  const { service, telemetry, database, log, witness, changes, flags, resolver, identity, calls, breakers } =
    connections
  const { mesh, clock } = connections
  return {
    telemetry: telemetryPart(telemetry),
    database: databasePart(database),
    log: eventLogPart(log),
    witness: witnessPart(witness === log ? undefined : witness),
    changes: changesPart(changes),
    flags: flags.part,
    resolver: resolverPart(resolver),
    calls: callsPart({ service, calls, breakers, resolver }),
    identity: identityPart(identity),
    mesh: meshPart(mesh, clock),
  }
}

interface ServiceParts {
  readonly definition: DefinedService
  readonly connections: Connections
  readonly held: HeldParts
  readonly bound: BoundService
  readonly doors: Doors
}

/**
 * The parts of a service, in the order in which they start. They stop from the last to the first: the process leaves the registry, its
 * requests end, then its background work, and the relay after it, so that the events of all of them are sent. A process with the role
 * `web` has the same operating endpoints, but runs no background work.
 */
export function stagesOf({ definition, connections, held, bound, doors }: ServiceParts): Stage[] {
  const { database, telemetry } = connections
  const inBackground = (part: Part) => (connections.role === 'web' ? onlyOperated(part) : part)
  const { relay, upkeep, consumers, batches, followers } = eventsOf(definition, connections, bound)
  const hooks = ownPart(definition, bound.deps)
  return [
    { parts: [held.telemetry], leastStopMs: telemetryStopMs, mostStopMs: telemetryStopMs },
    { parts: [doors.port] },
    { parts: [held.database], leastStopMs: databaseStopMs, mostStopMs: databaseStopMs },
    // The hooks before consumers and sagas, because these may need what `onStart` prepares.
    {
      parts: [held.log, held.witness, held.changes, held.resolver, held.flags, held.mesh, hooks],
      leastStopMs: connectionsStopMs,
      mostStopMs: connectionsStopMs,
    },
    { parts: [held.calls] },
    { parts: [inBackground(relay), auditOf(connections)], leastStopMs: relayStopMs },
    {
      parts: [
        sagasOf(connections, bound),
        consumers,
        batches,
        ...followers,
        tasksOf(connections, bound),
        upkeep,
        idempotencyPart(database, telemetry.logger),
        erasurePart(database, telemetry.logger),
        ...sweepOf(connections),
      ].map(inBackground),
      leastStopMs: backgroundStopMs,
    },
    { parts: [doors.requests] },
    { parts: [held.identity, registrationOf(connections, doors)], mostStopMs: leavingMs },
  ]
}

function onlyOperated({ name, admin = [] }: Part): Part {
  return { name, admin }
}

/** Closes a log that was opened only to note heads. */
function witnessPart(witness: EventLog | undefined): Part {
  return { name: 'witness of the audit trail', stop: () => witness?.close() }
}

function sweepOf({ service, blobs, database, telemetry: { logger } }: Connections): Part[] {
  return blobs === undefined ? [] : blobParts({ service, store: blobs.store, database, logger })
}

function telemetryPart(telemetry: Telemetry): Part {
  return {
    name: 'telemetry',
    stop(timeoutMs) {
      telemetry.logger.info('stopped')
      return telemetry.close(timeoutMs)
    },
  }
}

/** In every process: what it records is in the chain soon, whatever its role. */
function auditOf({ service, options, database, witness, telemetry, clock, newId }: Connections): Part {
  const { auditRetentionDays: retentionDays, auditAddressDays: addressDays } = options.config
  return auditPart({
    database,
    source: { service: service.name, clock, newId },
    findErased,
    witness: witness && { note: witness.noteAuditHead, heads: witness.auditHeads },
    retentionDays,
    addressDays,
    logger: telemetry.logger,
  })
}

function eventsOf({ followers }: DefinedService, connections: Connections, { bindings, deps }: BoundService) {
  const { service, options, database, log, calls, makeTx, telemetry, clock } = connections
  const { eventRetentionDays: days } = options.config
  return eventParts({
    service,
    consumers: withErasure(service, bindings) as never,
    batchConsumers: bindings.batches,
    followers: followers?.(deps) ?? [],
    database,
    log,
    calls: calls.for({}) as never,
    makeTx,
    telemetry,
    clock,
    retentionMs: days === undefined ? undefined : days * dayMs,
  })
}

function sagasOf(connections: Connections, { bindings }: BoundService): Part {
  const { service, options, database, calls, makeTx, telemetry, clock, changes, instanceId } = connections
  return sagaPart({
    service,
    definitions: bindings.sagas,
    database,
    callsFor: (cause: CallCause) => calls.for(cause),
    makeTx,
    telemetry,
    clock,
    workerName: instanceId,
    retentionDays: options.config.sagaRetentionDays,
    onChanged: (ids: readonly string[]) => changes?.announce(ids),
  })
}

function tasksOf({ service, database, calls, makeTx, telemetry }: Connections, { bindings }: BoundService): Part {
  return tasksPart({
    service,
    database,
    makeTx,
    telemetry,
    calls: ({ key }) => calls.for({ idempotencyKey: key }) as never,
    handlers: bindings.tasks,
  })
}

/** A worker is listed for operators, with the weight 0: it gets no requests. A process with another resolver, as in tests, does not register. */
function registrationOf(connections: Connections, doors: Doors): Part {
  const { service, options, role, version, instanceId, telemetry } = connections
  const { config, resolver } = options
  if (resolver !== undefined) return { name: 'registration' }
  const described = {
    service: service.name,
    version,
    metadata: { instance: instanceId, pid: String(process.pid), role },
    logger: telemetry.logger,
    ...(role === 'worker' ? { weight: 0 } : { routes: () => offeredRoutes(service) }),
  }
  return registrationPart(() => register(config, { ...described, port: doors.number() }))
}

function offeredRoutes(service: Service): OfferedRoutes {
  const document = routesDocument(service)
  return { digest: routesDigest(document), document }
}
