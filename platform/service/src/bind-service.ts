import { withoutLeftOut, type Bindings } from '@stoa/contract'
import { batchControl, waitUntilCaughtUp, type BatchControl } from '@stoa/events'
import { checkBindings } from './check-bindings.ts'
import type { Connections } from './connections.ts'
import type { DefinedService } from './define-service.ts'

/** What a service has made of its connections: what its handlers share, and the handlers. */
export interface BoundService {
  readonly deps: unknown
  readonly bindings: Bindings<any>
}

/** Makes the deps and the handlers of a service. @throws StartError if a handler is missing or not declared */
export function bindService(definition: DefinedService, connections: Connections): BoundService {
  const { service, live, database, log, clock, newId, telemetry, makeTx, tally, calls, flags, blobs, identity } =
    connections
  const deps = definition.deps({
    config: live.values,
    db: database.read,
    database,
    clock,
    newId,
    telemetry,
    makeTx,
    audit: tally,
    signIn: identity.signIn,
    calls: calls.for({}) as never,
    flags: flags.flags as never,
    blobs: blobs?.shelves as never,
    batches: controlOf(connections) as never,
    caughtUp: async (wait) => (log === undefined ? { isCaughtUp: true, behind: [] } : waitUntilCaughtUp(log, wait)),
  })
  const bindings = withoutLeftOut(service, definition.bind(deps))
  checkBindings(service, bindings)
  return { deps, bindings }
}

/** A service without batches has nothing to control. */
function controlOf({ service, database, log }: Connections): BatchControl | undefined {
  return log === undefined || Object.keys(service.batches).length === 0
    ? undefined
    : batchControl(service, database, log)
}
