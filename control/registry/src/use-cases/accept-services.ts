import { serveEndpoints } from '@stoa/contract'
import { registryEndpoints } from '@stoa/contracts/registry/operating'
import { platformError } from '@stoa/kernel'
import type { AdminEndpoint } from '@stoa/kernel/admin'
import { afterCommit } from '@stoa/postgres'
import { fingerprint, randomSecret } from '@stoa/security'
import type { Deps } from '../deps.ts'
import { raiseRevision } from '../store/instances.ts'
import { findAccepted, lockRoutes, raiseRoutesRevision, removeAccepted, saveAccepted } from '../store/routes.ts'
import { settleRoutes } from './settle-routes.ts'

/** By which operators accept and remove services. */
export function acceptanceAdmin({ database, telemetry, waiting, routesWaiting }: Deps): readonly AdminEndpoint[] {
  return serveEndpoints(registryEndpoints, {
    acceptService: async ({ params: { service }, query, body }) => {
      requireName(service)
      const credential = { registryToken: randomSecret(), clientSecret: randomSecret() }
      const isGiven = await database.transaction(async (tx) => {
        await lockRoutes(tx, service)
        const before = await findAccepted(tx, service)
        const isNew = before === undefined || query.rotate === true
        await saveAccepted(tx, service, {
          acceptance: body,
          tokenFingerprint: isNew ? fingerprint(credential.registryToken) : before.tokenFingerprint,
          earlierTokenFingerprint: isNew ? (before?.tokenFingerprint ?? null) : before.earlierTokenFingerprint,
          secretFingerprint: isNew ? fingerprint(credential.clientSecret) : before.secretFingerprint,
        })
        await settleRoutes(tx, service)
        afterCommit(tx, routesWaiting.wake)
        return isNew
      })
      telemetry.logger.info('a service was accepted', {
        accepted: service,
        paths: body.paths.join(' '),
        rotated: isGiven,
      })
      return { service, ...(isGiven ? { credential } : {}) }
    },
    removeService: async ({ params: { service } }) => {
      const wasKnown = await database.transaction(async (tx) => {
        await lockRoutes(tx, service)
        if (!(await removeAccepted(tx, service))) return false
        await raiseRevision(tx, [service])
        await raiseRoutesRevision(tx)
        afterCommit(tx, waiting.wake)
        afterCommit(tx, routesWaiting.wake)
        return true
      })
      if (!wasKnown) throw platformError('operating.not_found', `${service} is not an accepted service.`)
      telemetry.logger.info('a service was removed', { removed: service })
      return { removed: service }
    },
  })
}

function requireName(service: string): void {
  if (/^[a-z][a-z0-9-]{0,62}$/.test(service)) return
  throw platformError('request.invalid', `${service} is not a name of a service: lower-case words joined by hyphens.`)
}
