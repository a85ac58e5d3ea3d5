import { get as httpGet } from 'node:http'
import { get as httpsGet } from 'node:https'

/** Whether an instance answers its health check with success within the limit, 2 s by default. */
export async function isWell(url: string, limitMs = 2_000): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const get = url.startsWith('https:') ? httpsGet : httpGet
  // A limit to the whole, as one to silence alone never ends when a server sends its header byte by byte.
  const signal = AbortSignal.timeout(limitMs)
  const request = get(url, { signal, agent: false }, (response) => {
    response.on('error', () => {})
    response.resume()
    resolve((response.statusCode ?? 500) < 300)
  })
  request.on('error', () => resolve(false))
  return promise
}
