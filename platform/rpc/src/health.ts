import type { ConnectRouter } from '@connectrpc/connect'
import { Health, HealthCheckResponse_ServingStatus } from './gen/health_pb.js'

/** Serves the standard gRPC health protocol (grpc.health.v1) from the service's own readiness. */
export function serveHealth(router: ConnectRouter, isReady: () => boolean): void {
  const status = () => ({
    status: isReady() ? HealthCheckResponse_ServingStatus.SERVING : HealthCheckResponse_ServingStatus.NOT_SERVING,
  })
  router.service(Health, {
    check: () => status(),
    watch: async function* (_request, context) {
      let last: boolean | undefined
      while (!context.signal.aborted) {
        const now = isReady()
        if (now !== last) yield status()
        last = now
        await pause(1_000, context.signal)
      }
    },
  })
}

async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, delayMs)
  signal.addEventListener('abort', () => resolve(), { once: true })
  await promise
  clearTimeout(timer)
}
