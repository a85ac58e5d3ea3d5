import { request as requestPlainly } from 'node:http'
import { request as requestSecurely } from 'node:https'
import { lookupOf, reachableAddressesOf, type Reach } from './public-addresses.ts'
import { signWebhook } from './signature.ts'

/** A webhook to send. */
export interface Webhook {
  readonly url: string
  /** Each of them signs it, so that a receiver can change from one to the next. */
  readonly secrets: readonly string[]
  /** The same for every attempt: a receiver that knows it ignores the webhook. */
  readonly id: string
  readonly timestampSeconds: number
  readonly body: string
  readonly contentType?: string
  readonly userAgent: string
  /** Which addresses the host may have. */
  readonly reach: Reach
  /** Milliseconds for the whole exchange; 10,000 unless given. */
  readonly timeoutMs?: number
  /** Ends the exchange early. */
  readonly signal?: AbortSignal
}

/** What the receiver of a webhook responded. */
export interface WebhookResponse {
  readonly status: number
  /** Milliseconds until the head of the response arrived. */
  readonly responseMs: number
  readonly retryAfter: string | undefined
}

const defaultTimeoutMs = 10_000

/**
 * Sends a webhook, signed as Standard Webhooks 1.0, and returns the response, whatever its status. Redirects are not followed, and the
 * body of the response is not read. Rejects if there is no response in time or the host has an address that may not be reached; the
 * message does not contain the URL, whose path can be a secret.
 */
export async function postWebhook(webhook: Webhook): Promise<WebhookResponse> {
  const { url, secrets, id, timestampSeconds, body, timeoutMs = defaultTimeoutMs } = webhook
  const target = new URL(url)
  const limit = AbortSignal.timeout(timeoutMs)
  const signal = webhook.signal === undefined ? limit : AbortSignal.any([limit, webhook.signal])
  const startedMs = performance.now()
  const addresses = await unlessAborted(signal, reachableAddressesOf(target.hostname, webhook.reach, signal))
  const request = target.protocol === 'https:' ? requestSecurely : requestPlainly
  const headers = {
    'content-type': webhook.contentType ?? 'application/json',
    'content-length': Buffer.byteLength(body),
    'user-agent': webhook.userAgent,
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': secrets.map((secret) => signWebhook(secret, id, timestampSeconds, body)).join(' '),
  }
  const options = { method: 'POST', agent: false, signal, headers, lookup: lookupOf(addresses) }
  return new Promise<WebhookResponse>((resolve, reject) => {
    const sent = request(target, options, (response) => {
      const { statusCode: status = 0, headers: received } = response
      resolve({ status, responseMs: performance.now() - startedMs, retryAfter: received['retry-after'] })
      response.destroy()
    })
    sent.on('error', (error) => reject(limit.aborted ? noResponse(timeoutMs) : error))
    // after 101 Switching Protocols there is neither a response nor an error
    sent.on('close', () => reject(new Error('the receiver closed the connection without a response')))
    sent.end(body)
  })
}

function noResponse(timeoutMs: number): Error {
  return new Error(`the receiver did not respond within ${timeoutMs} ms`)
}

/** A look-up cannot be stopped; nobody waits for it any longer. */
function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Error('the host was not found in time'))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
