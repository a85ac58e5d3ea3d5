import type { DiscoveryObserver } from './events.ts'

/** Where lines go: a logger of telemetry. */
interface Logger {
  readonly debug: (message: string, fields?: Readonly<Record<string, unknown>>) => void
  readonly info: (message: string, fields?: Readonly<Record<string, unknown>>) => void
  readonly warn: (message: string, fields?: Readonly<Record<string, unknown>>) => void
}

/**
 * Makes an observer that writes down when the registry goes away and comes back, once each, however often it is tried
 * meanwhile; who came and went is told at level debug.
 */
export function discoveryLog(logger: Logger): DiscoveryObserver {
  let isLost = false
  return {
    onEvent(event) {
      if (event.type === 'registry_lost') {
        if (!isLost)
          logger.warn('the registry is unreachable: the last known instances are used', { reason: event.reason })
        isLost = true
      } else if (event.type === 'registry_connected') {
        if (isLost) logger.info('the registry is reachable again')
        isLost = false
      } else if (event.type === 'routes_refused') {
        logger.warn('the routes of this release are not served', { reason: event.reason })
      } else {
        const { type, ...fields } = event
        logger.debug(type.replaceAll('_', ' '), fields)
      }
    },
  }
}
