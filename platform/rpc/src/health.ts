import { setTimeout as delay } from 'node:timers/promises'
import { Code, ConnectError, type ConnectRouter } from '@connectrpc/connect'
import { Health, HealthCheckResponse_ServingStatus as Status } from './gen/health_pb.js'

/** Watching needs no token, so anyone could otherwise hold any number of streams. */
const maxWatching = 100

/** The services whose health can be requested, in addition to the server as a whole (no name). */
export interface HealthOptions {
  /** Full names of the services served. */
  readonly services: readonly string[]
  readonly isReady: () => boolean
}

/**
 * Serves the standard gRPC health protocol (grpc.health.v1) from the readiness of the service. For an unknown service `Check`
 * fails with NOT_FOUND and `Watch` returns SERVICE_UNKNOWN, as the protocol requires.
 */
export function serveHealth(router: ConnectRouter, { services, isReady }: HealthOptions): void {
  const known = new Set(['', ...services, Health.typeName])
  let watching = 0
  const statusOf = (service: string) => {
    if (!known.has(service)) return Status.SERVICE_UNKNOWN
    return isReady() ? Status.SERVING : Status.NOT_SERVING
  }
  router.service(Health, {
    check({ service }) {
      if (known.has(service)) return { status: statusOf(service) }
      throw new ConnectError(`The service ${service} is not available here.`, Code.NotFound)
    },
    watch: async function* ({ service }, { signal }) {
      if (watching >= maxWatching) throw new ConnectError('Too many callers watch the health.', Code.ResourceExhausted)
      watching += 1
      try {
        let last: Status | undefined
        while (!signal.aborted) {
          const status = statusOf(service)
          if (status !== last) yield { status }
          last = status
          // the end of the stream ends the pause too, and is no error
          await delay(1_000, undefined, { signal }).catch(() => {})
        }
      } finally {
        watching -= 1
      }
    },
  })
}
