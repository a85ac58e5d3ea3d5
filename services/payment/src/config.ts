import { defineConfig, secret, serviceSettings, setting, url } from '@stoa/config'
import { payment } from '@stoa/contracts/payment/service'
import { Type } from 'typebox'

/** The settings of payment. */
export const config = defineConfig('payment', {
  ...serviceSettings('payment', payment.port),
  PROVIDER_TIMEOUT_MS: setting(Type.Integer({ minimum: 10, maximum: 60_000 }), {
    default: 2_000,
    unit: 'ms',
    doc: 'Timeout of one request to a payment provider; a charge without a response is looked up by its key.',
  }),
  ABANDONED_AFTER_SECONDS: setting(Type.Number({ minimum: 0.1, maximum: 3_600 }), {
    default: 10,
    unit: 's',
    doc: 'Age at which an unfinished charge or refund is resumed.',
  }),
  FRAUD_REVIEW_AMOUNTS: setting(Type.Array(Type.String({ pattern: '^[A-Z]{3}=[1-9][0-9]{0,14}$' })), {
    default: ['EUR=1000000'],
    doc: 'Per currency, the amount in minor units from which a payment is reviewed manually, such as EUR=1000000,JPY=1500000. Every payment in a currency that is not listed is reviewed.',
  }),
  FRAUD_PAYMENTS_PER_HOUR: setting(Type.Integer({ minimum: 1 }), {
    default: 10,
    doc: 'Number of payments within an hour, per customer and per card or account, after which the next one is reviewed manually; does not apply to the sandbox.',
  }),
  FRAUD_SCORE_FROM: setting(Type.Number({ minimum: 0, maximum: 1 }), {
    optional: true,
    doc: 'Fraud score of inference, from 0 to 1, from which a payment is reviewed manually; if omitted, inference is not asked. Does not apply to the sandbox.',
  }),
  FRAUD_SCORE_TIMEOUT_MS: setting(Type.Integer({ minimum: 10, maximum: 2_000 }), {
    default: 150,
    unit: 'ms',
    doc: 'Longest time that a payment waits for its fraud score; without one the rules decide alone.',
  }),
  SANDBOX_WEBHOOK_SECRET: secret(Type.String({ pattern: '^whsec_[A-Za-z0-9+/]{32,}={0,2}$' }), {
    optional: true,
    doc: 'Secret that signs the webhooks of the sandbox (Standard Webhooks); if omitted, webhooks are rejected.',
  }),
  ACTION_MINUTES: setting(Type.Number({ minimum: 0.01, maximum: 1_440 }), {
    default: 20,
    unit: 'min',
    doc: 'Time that a customer has to confirm a payment with the bank, such as by 3-D Secure; then it is cancelled. Less than GUEST_REVIEW_MINUTES of order.',
  }),
  STRIPE_SECRET_KEY: secret(Type.String({ pattern: '^(sk|rk)_(test|live)_[A-Za-z0-9_]{3,250}$' }), {
    optional: true,
    doc: 'Secret or restricted key of the Stripe account; if omitted, there is no provider stripe.',
  }),
  STRIPE_WEBHOOK_SECRET: secret(Type.String({ pattern: '^whsec_[A-Za-z0-9+/=_]{16,250}$' }), {
    optional: true,
    doc: 'Secret that signs the webhooks of Stripe; if omitted, they are rejected, and Stripe is asked at intervals instead.',
  }),
  STRIPE_RETURN_URL: setting(url('http', 'https'), {
    optional: true,
    doc: 'Page of the shop to which a customer returns from the confirmation by the bank; if omitted, the page of the shop confirms with the client secret.',
  }),
  STRIPE_API_URL: setting(url('http', 'https'), {
    optional: true,
    doc: 'Address of the API of Stripe, if it is not its own: a proxy, or stripe-mock.',
  }),
  STRIPE_TIMEOUT_MS: setting(Type.Integer({ minimum: 10, maximum: 60_000 }), {
    default: 6_000,
    unit: 'ms',
    doc: 'Timeout of one request to Stripe; a charge without a response is looked up by its key.',
  }),
})
