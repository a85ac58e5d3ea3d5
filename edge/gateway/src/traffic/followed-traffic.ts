import type { Breakers } from '@stoa/client'
import type { Service } from '@stoa/contract'
import type { Telemetry } from '@stoa/telemetry'
import type { ResponseCache } from '../cache/response-cache.ts'
import { legacyUpstreams } from './legacy-upstreams.ts'
import { makeMirror, type Mirror } from './mirror.ts'
import { followTrafficFile, type FollowedTraffic } from './traffic-file.ts'
import { makeTraffic, type Traffic } from './traffic.ts'

interface TrafficSettings {
  readonly trafficFile: string | undefined
  readonly legacyUpstreams: readonly string[]
}

interface Options {
  /** Those that are served now. */
  readonly services: () => readonly Service[]
  readonly breakers: Breakers
  readonly cache: ResponseCache
  readonly telemetry: Telemetry
}

interface Followed {
  readonly traffic: Traffic
  readonly mirror: Mirror
  /** Undefined without a file. */
  readonly trouble: FollowedTraffic['trouble'] | undefined
  readonly stopFollowing: () => Promise<void>
  /** Closes the connections to the legacy upstreams. */
  readonly close: () => void
}

/** The traffic rules of the file of a setting, followed. @throws ConfigError for settings that are not valid */
export async function followedTraffic(
  settings: TrafficSettings,
  { services, breakers, cache, telemetry }: Options,
): Promise<Followed> {
  const legacy = legacyUpstreams(settings.legacyUpstreams, breakers)
  const traffic = makeTraffic({ legacy, telemetry })
  const { logger } = telemetry
  const { trafficFile: path } = settings
  const file =
    path === undefined
      ? undefined
      : await followTrafficFile({
          path,
          legacyNames: new Set(legacy.keys()),
          isServed: (service) => services().some(({ name }) => name === service),
          onRules(rules) {
            traffic.replace(rules)
            // what was cached may be of a version that is not the usual one any more
            cache.purge('')
            logger.info('the traffic rules have changed', { rules: rules.map(({ name }) => name).join(' ') })
          },
          onRefused: (reason) => logger.warn('the traffic rules stay as they are', { reason }),
        })
  return {
    traffic,
    mirror: makeMirror(telemetry),
    trouble: file?.trouble,
    stopFollowing: file?.close ?? (async () => {}),
    close: () => legacy.forEach((upstream) => upstream.close()),
  }
}
