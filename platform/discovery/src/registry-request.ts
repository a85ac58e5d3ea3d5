import { randomBytes } from 'node:crypto'
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http'
import type { SecureContextOptions } from 'node:tls'
import { type AppError, platformError } from '@stoa/kernel'
import { reasonOf } from './events.ts'

/** Where the registry is and how to be let in. */
export interface RegistryAddress {
  /** `http://host:port`, or `https:` with `tls` for the client's own certificate. */
  readonly registryUrl: string
  /** Asked before every request, as for a service token that is renewed. */
  readonly headers?: () => Promise<Readonly<Record<string, string>>>
  readonly tls?: SecureContextOptions
}

interface RegistryRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** The longest silence once the head of the response is there (2 s). */
  readonly idleTimeoutMs?: number
  readonly signal?: AbortSignal
}

const answerTimeoutMs = 2_000
const maxBodyLength = 16 * 1_024 * 1_024

/** Sends a request and answers as soon as the head of the response is there; its body is text. */
export async function openRegistry(address: RegistryAddress, asked: RegistryRequest): Promise<IncomingMessage> {
  const url = new URL(asked.path, address.registryUrl)
  const body = asked.body === undefined ? undefined : JSON.stringify(asked.body)
  const options: RequestOptions & SecureContextOptions = {
    method: asked.method,
    timeout: answerTimeoutMs,
    // A connection of its own: one kept alive may be closed by the registry just when the next heartbeat is due.
    agent: false,
    headers: {
      accept: 'application/json',
      // Not sampled: a system at rest would fill its traces with heartbeats.
      traceparent: `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-00`,
      ...(await address.headers?.()),
      ...asked.headers,
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    },
    ...address.tls,
  }
  const send = url.protocol === 'https:' ? (await import('node:https')).request : requestHttp
  asked.signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const request = send(url, options)
    const onAbort = () => request.destroy(new Error('closed'))
    asked.signal?.addEventListener('abort', onAbort, { once: true })
    request.once('close', () => {
      asked.signal?.removeEventListener('abort', onAbort)
      // after 101 Switching Protocols there is neither a response nor an error
      reject(new Error('it closed the connection without a response'))
    })
    request.on('timeout', () => request.destroy(new Error('it sends nothing')))
    request.once('response', (response) => {
      request.setTimeout(asked.idleTimeoutMs ?? answerTimeoutMs)
      resolve(response.setEncoding('utf8'))
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** The status and the JSON body of a request; rejects with `discovery.registry_away` when there is no such answer. */
export async function askRegistry(
  address: RegistryAddress,
  asked: RegistryRequest,
): Promise<{ readonly status: number; readonly body: unknown }> {
  try {
    const response = await openRegistry(address, asked)
    let text = ''
    for await (const chunk of response as AsyncIterable<string>) {
      text += chunk
      if (text.length > maxBodyLength) throw new RangeError('the response is too long')
    }
    const isJson = response.headers['content-type']?.includes('json') === true
    return { status: response.statusCode ?? 0, body: isJson ? (JSON.parse(text) as unknown) : undefined }
  } catch (error) {
    throw registryAway(reasonOf(error), error)
  }
}

/** The refusal `discovery.registry_away` (unavailable). */
export function registryAway(reason: string, cause?: unknown): AppError {
  return platformError('service.unavailable', `the registry does not respond: ${reason}`, { cause })
}
