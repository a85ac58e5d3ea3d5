import { get } from 'node:http'
import type { Instance } from '@stoa/discovery'
import { probeWhileOpen, type CircuitBreaker } from '@stoa/resilience'

/** While an instance's breaker is open its readiness is asked every second; a good answer lets probes through early. */
export function watchReadiness(instance: Instance, breaker: CircuitBreaker): () => void {
  return probeWhileOpen(breaker, { isReady: () => isReady(instance) })
}

async function isReady(instance: Instance): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  const request = get(
    { host: instance.host, port: instance.port, path: '/health/ready', timeout: 1_000, agent: false },
    (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    },
  )
  request.on('timeout', () => request.destroy(new Error('no answer')))
  request.on('error', reject)
  return promise
}
