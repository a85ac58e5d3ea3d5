import { declaredCalls } from './declared-calls.ts'
import type { AuthService } from '@stoa/contracts/auth/service'
import type { ConfigOf } from '@stoa/config'
import type { Clock, NewId } from '@stoa/kernel'
import type { DepsContext } from '@stoa/service'
import { runningSystem } from '@stoa/system/running-system'
import { transactionsOf } from './auth-tx.ts'
import type { authConfig } from './config.ts'
import { makeIdentity, type Identity } from './identity.ts'
import { followAddedServices } from './known-services.ts'
import { parseServiceSecrets } from './service-secrets.ts'

/** What the handlers of auth are made from. */
export interface Deps {
  readonly identity: Identity
  readonly clock: Clock
  readonly newId: NewId
  /** Follows the services that are added to the system, from `start` to `stop`. */
  readonly added: { readonly start: () => Promise<void>; readonly stop: () => Promise<void> }
}

export function makeDeps(context: DepsContext<ConfigOf<typeof authConfig>, AuthService>): Deps {
  const { config, db, database, clock, newId, telemetry, calls } = context
  const identity = makeIdentity({
    issuer: config.authIssuer,
    secret: config.authSecret,
    otherSecret: config.authSecretOther,
    serviceSecrets: parseServiceSecrets(config.serviceSecrets),
    declaredCalls: declaredCalls(runningSystem.catalogue),
    rotationDays: config.keyRotationDays,
    db,
    transaction: transactionsOf(database, { clock, newId, schemaBaseUrl: config.schemaBaseUrl ?? config.authIssuer }),
    clock,
    telemetry,
    calls,
  })
  return { identity, clock, newId, added: addedServices(config, telemetry) }
}

function addedServices(
  settings: Parameters<typeof followAddedServices>[0],
  telemetry: DepsContext<ConfigOf<typeof authConfig>, AuthService>['telemetry'],
) {
  let stop: (() => Promise<void>) | undefined
  return {
    start: async () => void (stop = await followAddedServices(settings, telemetry)),
    stop: async () => stop?.(),
  }
}
