import { request as requestPlainly } from 'node:http'
import { request as requestSecurely } from 'node:https'
import { signWebhook } from '@stoa/security'
import { lookupOf, publicAddressesOf } from './public-addresses.ts'

/** A webhook to send. */
export interface Webhook {
  readonly url: string
  readonly secret: string
  /** The same for every attempt: a receiver that knows it ignores the webhook. */
  readonly id: string
  readonly timestampSeconds: number
  readonly body: string
  readonly mayBePrivate: boolean
}

const timeoutMs = 10_000

/**
 * Sends a webhook, signed as Standard Webhooks 1.0, at most for 10 seconds. Redirects are not followed, and the response is not read. Rejects unless
 * the receiver responds with 2xx; the message does not contain the URL, whose path can be a secret.
 */
export async function postWebhook({ url, secret, id, timestampSeconds, body, mayBePrivate }: Webhook): Promise<void> {
  const target = new URL(url)
  const signal = AbortSignal.timeout(timeoutMs)
  const lookup = mayBePrivate ? {} : { lookup: lookupOf(await publicAddressesOf(target.hostname)) }
  const request = target.protocol === 'https:' ? requestSecurely : requestPlainly
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'Stoa monitoring',
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signWebhook(secret, id, timestampSeconds, body),
  }
  const status = await new Promise<number>((resolve, reject) => {
    const sent = request(target, { method: 'POST', agent: false, signal, headers, ...lookup }, (response) => {
      resolve(response.statusCode ?? 0)
      response.destroy()
    })
    sent.on('error', reject)
    sent.end(body)
  })
  if (status < 200 || status > 299) throw new Error(`the receiver of the webhook responded with ${status}`)
}
