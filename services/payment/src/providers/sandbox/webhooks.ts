import { createHmac, timingSafeEqual } from 'node:crypto'
import { isFromToleratedTime } from '../webhook-time.ts'
import type { WebhookDelivery, WebhookMessage } from '../provider.ts'

/**
 * Reads a webhook signed by Standard Webhooks 1.0: `v1,` and the HMAC-SHA256 over id, timestamp and body, one of several
 * in `webhook-signature`; a time more than five minutes off is none.
 */
export function readSignedWebhook(secret: string, { headers, body, now }: WebhookDelivery): WebhookMessage | undefined {
  const id = headers['webhook-id']
  const timestamp = headers['webhook-timestamp']
  const signatures = headers['webhook-signature']
  if (id === undefined || id === '' || id.length > 200 || timestamp === undefined || signatures === undefined)
    return undefined
  if (!isFromToleratedTime(timestamp, now)) return undefined
  const expected = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest()
  return signatures.split(' ').some((signature) => isSame(signature, expected)) ? { id, ...subjectOf(body) } : undefined
}

/** The key of a secret: base64 behind `whsec_`. */
function keyOf(secret: string): Buffer {
  return Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
}

function isSame(signature: string, expected: Buffer): boolean {
  if (!signature.startsWith('v1,')) return false
  const given = Buffer.from(signature.slice('v1,'.length), 'base64')
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function subjectOf(body: string): Pick<WebhookMessage, 'chargeKey' | 'refundKey'> {
  const message: unknown = JSON.parse(body)
  const data: unknown = isRecord(message) ? message['data'] : undefined
  if (!isRecord(data)) return {}
  const { chargeKey, refundKey } = data
  return {
    ...(typeof chargeKey === 'string' ? { chargeKey } : {}),
    ...(typeof refundKey === 'string' ? { refundKey } : {}),
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
