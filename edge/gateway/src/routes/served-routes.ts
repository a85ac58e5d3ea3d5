import type { Service } from '@stoa/contract'
import { pathPrefixesOf } from '@stoa/contract/routes'
import { addedPermissions } from '@stoa/contracts/auth/access'
import { followRoutes, type FollowedRoutes } from '@stoa/discovery'
import { platformError } from '@stoa/kernel'
import type { LiveAccess } from '@stoa/security'
import type { Telemetry } from '@stoa/telemetry'
import type { ResponseCache } from '../cache/response-cache.ts'
import type { Upstreams } from '../upstream/upstreams.ts'
import { serveRoutes, type Serving } from './serving.ts'

interface ServedOptions {
  /** The contracts that the gateway was built with. */
  readonly system: readonly Service[]
  /** Undefined where no registry is followed: only the contracts of the system are served. */
  readonly registryUrl: string | undefined
  readonly live: LiveAccess
  readonly upstreams: Upstreams
  readonly cache: ResponseCache
  readonly telemetry: Telemetry
}

/** The routes that are served, and what follows them. */
export interface ServedRoutes {
  readonly serving: Serving
  readonly followed: Pick<FollowedRoutes, 'isInformed' | 'trouble' | 'close'>
}

/** The names of the upstreams of these services; the registry has one for operators. */
export function upstreamNames(services: readonly Service[]): string[] {
  return [...services.map(({ name }) => name), 'registry']
}

/** Serves the contracts of the system, and what the registry adds to them and changes of them. */
export function servedRoutes({ system, registryUrl, live, upstreams, cache, telemetry }: ServedOptions): ServedRoutes {
  const { logger } = telemetry
  const serving = serveRoutes({
    system,
    readDocument: async (service, digest) => {
      if (registry === undefined) throw platformError('service.unavailable', 'no registry is followed')
      return registry.readDocument(service, digest)
    },
    onAccepted: (added) => live.replaceAdded(addedPermissions(added)),
    onChange: ({ services, changed }) => {
      upstreams.serve(upstreamNames(services))
      for (const prefix of changed.flatMap(pathPrefixesOf)) cache.purge(prefix)
      logger.info('the routes have changed', { changed: [...new Set(changed.map(({ name }) => name))].join(' ') })
    },
    onRefused: ({ service, state, reasons }) =>
      logger.warn('routes of a service are not served', { of: service, state, reason: reasons.join('; ') }),
  })
  const registry =
    registryUrl === undefined
      ? undefined
      : followRoutes({
          registryUrl,
          onRoutes: serving.take,
          onLost: (reason) =>
            logger.warn('the routes of the registry cannot be followed: the last known are used', { reason }),
        })
  return { serving, followed: registry ?? { isInformed: () => true, trouble: () => undefined, close: async () => {} } }
}
