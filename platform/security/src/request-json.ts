import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'

interface JsonRequest {
  readonly method: 'GET' | 'POST'
  readonly headers?: { readonly [name: string]: string }
  readonly body?: string
  readonly timeoutMs: number
}

const MAX_ANSWER_BYTES = 256 * 1024

/** Sends a request to an authorization server. Follows no redirect, and fails on any status except 200 and on slow or oversized responses. */
export async function requestJson(url: string, { method, headers, body, timeoutMs }: JsonRequest): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const send = url.startsWith('https:') ? requestHttps : requestHttp
  const outgoing = send(url, {
    method,
    headers: { accept: 'application/json', ...headers },
    signal: AbortSignal.timeout(timeoutMs),
  })
  outgoing.on('error', reject)
  // without a listener, 101 Switching Protocols would end the request with neither a response nor an error
  outgoing.on('upgrade', (_, socket) => {
    socket.destroy()
    reject(new Error(`${method} ${url} answered 101`))
  })
  outgoing.on('response', (incoming) => {
    let text = ''
    incoming.setEncoding('utf8')
    incoming.on('error', reject)
    incoming.on('data', (chunk: string) => {
      text += chunk
      if (text.length > MAX_ANSWER_BYTES)
        incoming.destroy(new Error(`${method} ${url} returned more than ${MAX_ANSWER_BYTES} bytes`))
    })
    incoming.on('end', () =>
      incoming.statusCode === 200
        ? resolve(text)
        : reject(new Error(`${method} ${url} answered ${incoming.statusCode}: ${errorOf(text)}`)),
    )
  })
  outgoing.end(body)
  return JSON.parse(await promise) as unknown
}

function errorOf(text: string): string {
  // only the standard fields of RFC 6749, section 5.2: an unknown body may contain data that must not be logged
  return /"error"\s*:\s*"([a-z_]{1,60})"/.exec(text)?.[1] ?? 'not an OAuth error'
}
