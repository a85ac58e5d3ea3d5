import { createHmac, timingSafeEqual } from 'node:crypto'

/** A webhook as it came in; `body` is what was signed. */
export interface SignedWebhook {
  readonly headers: { readonly [name: string]: string | undefined }
  readonly body: string
  readonly now: Temporal.Instant
}

/** How far the time of a webhook may be off, in either direction. */
export const webhookToleranceSeconds = 300

/**
 * The id of a webhook whose signature holds (Standard Webhooks 1.0: `v1,` and the HMAC-SHA256 over id, timestamp and
 * body, one of several in `webhook-signature`); undefined for any other, and for a time more than five minutes off. That
 * an id comes once only is for the caller to see to.
 */
export function verifiedWebhookId(secret: string, { headers, body, now }: SignedWebhook): string | undefined {
  const id = headers['webhook-id']
  const timestamp = headers['webhook-timestamp']
  const signatures = headers['webhook-signature']
  if (id === undefined || id === '' || id.length > 200 || timestamp === undefined || signatures === undefined)
    return undefined
  if (!/^\d{1,12}$/.test(timestamp)) return undefined
  if (Math.abs(now.epochMilliseconds / 1_000 - Number(timestamp)) > webhookToleranceSeconds) return undefined
  const expected = signatureOf(secret, `${id}.${timestamp}.${body}`)
  return signatures.split(' ').some((signature) => isSame(signature, expected)) ? id : undefined
}

/** Signs a webhook as `verifiedWebhookId` reads it; the secret is base64, behind `whsec_` or not. */
export function signWebhook(secret: string, id: string, timestampSeconds: number, body: string): string {
  return `v1,${signatureOf(secret, `${id}.${timestampSeconds}.${body}`).toString('base64')}`
}

function signatureOf(secret: string, text: string): Buffer {
  return createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
    .update(text)
    .digest()
}

function isSame(signature: string, expected: Buffer): boolean {
  if (!signature.startsWith('v1,')) return false
  const given = Buffer.from(signature.slice('v1,'.length), 'base64')
  return given.length === expected.length && timingSafeEqual(given, expected)
}
