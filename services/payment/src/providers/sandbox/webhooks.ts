import { verifiedWebhookId } from '@stoa/security'
import type { WebhookDelivery, WebhookMessage } from '../provider.ts'

/** Reads a webhook of the sandbox: what it is about, when its signature holds. */
export function readSignedWebhook(secret: string, delivery: WebhookDelivery): WebhookMessage | undefined {
  const id = verifiedWebhookId(secret, delivery)
  return id === undefined ? undefined : { id, ...subjectOf(delivery.message) }
}

function subjectOf(message: unknown): Pick<WebhookMessage, 'chargeKey' | 'refundKey'> {
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
