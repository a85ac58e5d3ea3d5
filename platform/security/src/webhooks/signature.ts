import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** A received webhook; `body` contains the exact bytes that were signed. */
export interface SignedWebhook {
  readonly headers: { readonly [name: string]: string | undefined }
  readonly body: Uint8Array
  readonly now: Temporal.Instant
}

/** How far the time of a webhook may be off, in either direction. */
export const webhookToleranceSeconds = 300

/**
 * Returns the id of a webhook with a valid signature (Standard Webhooks 1.0: `v1,` and the HMAC-SHA256 over id,
 * timestamp and body, one of several in `webhook-signature`); undefined if the signature is not valid or the time is more than five minutes off. The caller must reject repeated ids.
 */
export function verifiedWebhookId(secret: string, { headers, body, now }: SignedWebhook): string | undefined {
  const id = headers['webhook-id']
  const timestamp = headers['webhook-timestamp']
  const signatures = headers['webhook-signature']
  if (id === undefined || id === '' || id.length > 200 || timestamp === undefined || signatures === undefined)
    return undefined
  if (!/^\d{1,12}$/.test(timestamp)) return undefined
  if (Math.abs(now.epochMilliseconds / 1_000 - Number(timestamp)) > webhookToleranceSeconds) return undefined
  const expected = signatureOf(secret, `${id}.${timestamp}.`, body)
  return signatures.split(' ').some((signature) => isSame(signature, expected)) ? id : undefined
}

/** A new secret as Standard Webhooks 1.0 writes it: `whsec_` and 32 random bytes as base64. */
export function makeWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

/** Signs a webhook as `verifiedWebhookId` reads it; the secret is base64, behind `whsec_` or not. */
export function signWebhook(secret: string, id: string, timestampSeconds: number, body: Uint8Array | string): string {
  return `v1,${signatureOf(secret, `${id}.${timestampSeconds}.`, body).toString('base64')}`
}

function signatureOf(secret: string, head: string, body: Uint8Array | string): Buffer {
  return createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
    .update(head)
    .update(body)
    .digest()
}

function isSame(signature: string, expected: Buffer): boolean {
  if (!signature.startsWith('v1,')) return false
  const given = Buffer.from(signature.slice('v1,'.length), 'base64')
  return given.length === expected.length && timingSafeEqual(given, expected)
}
