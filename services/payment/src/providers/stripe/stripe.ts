import type { PaymentProvider } from '../provider.ts'
import { cancel, capture, charge, findCharge, read } from './charges.ts'
import { stripeClient, type StripeAccount } from './client.ts'
import { readDispute, respondToDispute } from './disputes.ts'
import { describeMethod, forget } from './methods.ts'
import { findRefund, refund } from './refunds.ts'
import { readSignedEvent } from './webhooks.ts'

interface StripeOptions extends StripeAccount {
  /** The secret that signs its webhooks; if omitted, webhooks are rejected. */
  readonly webhookSecret: string | undefined
  /** The page to which a customer returns from the bank; if omitted, the confirmation happens in the page, by the client secret. */
  readonly returnUrl: string | undefined
}

/** Stripe, by PaymentIntents and saved cards. */
export function stripeProvider({ webhookSecret, returnUrl, ...account }: StripeOptions): PaymentProvider {
  const client = stripeClient(account)
  return {
    name: 'stripe',
    checksVelocity: true,
    describeToken: (token, owner) => describeMethod(client, token, owner),
    charge: (request) => charge(client, returnUrl, request),
    findCharge: (request) => findCharge(client, request),
    readCharge: (reference) => read(client, reference),
    capture: (reference) => capture(client, reference),
    void: (reference) => cancel(client, reference),
    refund: (request) => refund(client, request),
    findRefund: (request) => findRefund(client, request),
    disputes: {
      read: (reference) => readDispute(client, reference),
      respond: (reference, response) => respondToDispute(client, reference, response),
    },
    forget: (what) => forget(client, what),
    readWebhook: async (delivery) =>
      webhookSecret === undefined ? undefined : readSignedEvent(client, webhookSecret, delivery),
  }
}
