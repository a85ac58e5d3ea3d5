import { get } from 'node:http'
import type { Instance } from './instance.ts'

/** Longer than an answer takes on a busy machine; a refused connection is known at once. */
const timeoutMs = 3_000

/** Asks an instance itself whether it is ready to be called. Rejects when it cannot be reached. */
export function isInstanceReady({ host, port }: Instance): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  const request = get({ host, port, path: '/health/ready', timeout: timeoutMs, agent: false }, (response) => {
    response.resume()
    resolve(response.statusCode === 200)
  })
  request.on('timeout', () => request.destroy(new Error('no response in time')))
  request.on('error', reject)
  return promise
}
