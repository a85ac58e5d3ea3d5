import { verifiedWebhookId } from '@stoa/security'
import type { Carrier } from './carrier.ts'
import { ratesOf, servesCountry } from './rates.ts'

interface SandboxSettings {
  /** How long its days last. */
  readonly dayMs: number
  /** The secret that signs its messages (base64); if omitted, messages are rejected. */
  readonly webhookSecret: string | undefined
}

/** A carrier that moves no goods: a day after the release they leave, a day later they arrive. */
export function sandboxCarrier({ dayMs, webhookSecret }: SandboxSettings): Carrier {
  return {
    name: 'sandbox',
    serves: servesCountry,
    ratesOf,
    trackingNumberOf: (shipmentId) => `SBX-${shipmentId.replaceAll('-', '').slice(-16).toUpperCase()}`,
    messageIdOf: (webhook) => (webhookSecret === undefined ? undefined : verifiedWebhookId(webhookSecret, webhook)),
    simulated: { dayMs },
  }
}
