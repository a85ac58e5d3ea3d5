import type { Service } from '@stoa/contract'
import { pathPrefixesOf } from '@stoa/contract/routes'
import { addedPermissions } from '@stoa/contracts/auth/access'
import { followRoutes, type FollowedRoutes, type OpenRoutesFile } from '@stoa/discovery'
import { platformError } from '@stoa/kernel'
import type { LiveAccess } from '@stoa/security'
import type { Telemetry } from '@stoa/telemetry'
import type { ResponseCache } from '../cache/response-cache.ts'
import type { Upstreams } from '../upstream/upstreams.ts'
import { serveRoutes, type Serving } from './serving.ts'

interface ServedOptions {
  /** The contracts that the gateway was built with. */
  readonly system: readonly Service[]
  /** Undefined where nothing is followed: only the contracts of the system are served. */
  readonly from: RoutesSource | undefined
  readonly live: LiveAccess
  readonly upstreams: Upstreams
  readonly cache: ResponseCache
  readonly telemetry: Telemetry
}

/** What tells the routes beside those of the system: the registry, or a file in place of it. */
export type RoutesSource = { readonly registryUrl: string } | { readonly file: OpenRoutesFile }

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
export function servedRoutes({ system, from, live, upstreams, cache, telemetry }: ServedOptions): ServedRoutes {
  const { logger } = telemetry
  const serving = serveRoutes({
    system,
    source: from !== undefined && 'file' in from ? 'file' : 'registry',
    readDocument: async (service, digest) => {
      if (followed === undefined) throw platformError('service.unavailable', 'no registry is followed')
      return followed.readDocument(service, digest)
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
  const followed = from === undefined ? undefined : follow(from, serving, logger)
  return { serving, followed: followed ?? { isInformed: () => true, trouble: () => undefined, close: async () => {} } }
}

function follow(from: RoutesSource, { take: onRoutes }: Serving, logger: Telemetry['logger']): FollowedRoutes {
  if ('file' in from) {
    const onLost = (reason: string) => logger.warn('the routes file cannot be used: the last content is', { reason })
    return from.file.follow({ onRoutes, onLost })
  }
  const onLost = (reason: string) =>
    logger.warn('the routes of the registry cannot be followed: the last known are used', { reason })
  return followRoutes({ ...from, onRoutes, onLost })
}
