import type { TestRequest } from '@stoa/testing'
import { startPayment, type PaymentApp } from '../payment-app.ts'
import { secretKey, startStripeDouble, webhookSecret, type StripeDouble } from './double.ts'
import { newCard, type Intent } from './world.ts'

/** Payment with a double of Stripe. */
export interface StripeApp extends PaymentApp {
  readonly stripe: StripeDouble
  /** Keeps a card for a new customer, each its own; what a saga asks for with it. */
  readonly card: (kind: string, amount?: number) => ReturnType<PaymentApp['order']>
  /** The PaymentIntents of a payment. */
  readonly intentsOf: (paymentId: string) => readonly Intent[]
  readonly deliver: (webhook: TestRequest) => ReturnType<PaymentApp['ask']>
  readonly stop: () => Promise<void>
}

export async function startWithStripe(settings: Readonly<Record<string, string>> = {}): Promise<StripeApp> {
  const stripe = await startStripeDouble()
  // loaded by the first question, within its time: which a busy machine may need for this alone
  await import('stripe')
  const app = await startPayment({
    STRIPE_SECRET_KEY: secretKey,
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    STRIPE_API_URL: stripe.url,
    STRIPE_TIMEOUT_MS: '3000',
    ...settings,
  })
  return {
    ...app,
    stripe,
    card: (kind, amount) => app.order(newCard(kind), amount, 'stripe'),
    intentsOf: (paymentId) =>
      [...stripe.world.intents.values()].filter(({ metadata }) => metadata['stoa_key']?.startsWith(paymentId) === true),
    deliver: (webhook) => app.ask('POST', '/api/v1/webhooks/stripe', webhook),
    async stop() {
      await app.service.stop()
      await stripe.stop()
    },
  }
}
