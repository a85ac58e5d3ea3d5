import { Agent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { runWithoutContext } from './context.ts'
import { untracedHeaders } from './trace-headers.ts'

/** The collector has responded to a batch with an error. */
export class RefusedBatch extends Error {
  override readonly name = 'RefusedBatch'
  readonly retryable: boolean
  readonly isTooLarge: boolean

  constructor(url: string, status: number) {
    super(`${url} rejected the batch with status ${status}`)
    // OTLP 1.x: only these may be sent again
    this.isTooLarge = status === 413
    this.retryable = [429, 502, 503, 504].includes(status)
  }
}

/** Sends bodies to one URL over a few kept connections. */
export interface OtlpPost {
  /** @throws RefusedBatch, or the error of the connection */
  readonly send: (body: string) => Promise<void>
  readonly close: () => void
}

const timeoutMs = 10_000

/** Makes the client of a collector; a request starts no trace at it, or sending telemetry would produce telemetry. */
export function makeOtlpPost(url: string, headers: Readonly<Record<string, string>>): OtlpPost {
  const isSecure = url.startsWith('https:')
  const agent = new (isSecure ? HttpsAgent : Agent)({ keepAlive: true, maxSockets: 2 })
  const begin = isSecure ? httpsRequest : httpRequest
  const sent = (body: string) => ({
    method: 'POST',
    agent,
    signal: AbortSignal.timeout(timeoutMs),
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...untracedHeaders(),
      ...headers,
    },
  })
  return {
    send: (body) => runWithoutContext(() => exchange(url, begin(url, sent(body)), body)),
    close: () => agent.destroy(),
  }
}

function exchange(url: string, request: ClientRequest, body: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onResponse = (response: IncomingMessage) => {
    const { statusCode: status = 500 } = response
    response.on('error', reject).on('end', () => (status < 300 ? resolve() : reject(new RefusedBatch(url, status))))
    response.resume()
  }
  // without a listener, 101 Switching Protocols would end the request with neither a response nor an error
  request.on('upgrade', (_, socket) => {
    socket.destroy()
    reject(new RefusedBatch(url, 101))
  })
  request.on('error', reject).on('response', onResponse).end(body)
  return promise
}
