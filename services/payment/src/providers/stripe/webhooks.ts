import type Stripe from 'stripe'
import { webhookToleranceSeconds } from '@stoa/security'
import type { WebhookDelivery, WebhookMessage } from '../provider.ts'
import { keyName } from './charges.ts'
import type { StripeClient } from './client.ts'
import { asStripeFailure } from './errors.ts'

/** Reads a webhook of Stripe: what it is about, if it is signed with the secret and of this time. */
export async function readSignedEvent(
  client: StripeClient,
  secret: string,
  { headers, body, now }: WebhookDelivery,
): Promise<WebhookMessage | undefined> {
  const signature = headers['stripe-signature']
  if (signature === undefined || isAhead(signature, now)) return undefined
  try {
    const event = await client.plain(async ({ webhooks }) =>
      webhooks.constructEvent(
        Buffer.from(body),
        signature,
        secret,
        webhookToleranceSeconds,
        undefined,
        now.epochMilliseconds,
      ),
    )
    return { id: event.id, ...subjectOf(event) }
  } catch (error) {
    if (asStripeFailure(error)?.type === 'StripeSignatureVerificationError') return undefined
    throw error
  }
}

/** The SDK refuses only what is too old. */
function isAhead(signature: string, now: Temporal.Instant): boolean {
  const seconds = Number(/(?:^|,)t=(\d{1,12})(?:,|$)/.exec(signature)?.[1])
  return seconds > now.epochMilliseconds / 1_000 + webhookToleranceSeconds
}

/** Of an event that says nothing new to us, nothing. */
function subjectOf(event: Stripe.Event): Omit<WebhookMessage, 'id'> {
  const { object } = event.data as {
    readonly object: {
      readonly object?: string
      readonly id?: string
      readonly metadata?: Readonly<Record<string, string>> | null
    }
  }
  if (object.object === 'dispute') return object.id === undefined ? {} : { disputeReference: object.id }
  const key = object.metadata?.[keyName]
  if (key === undefined) return {}
  if (object.object === 'payment_intent')
    return { chargeKey: key, ...(object.id === undefined ? {} : { reference: object.id }) }
  return object.object === 'refund' ? { refundKey: key } : {}
}
