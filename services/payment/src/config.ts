import { defineConfig, secret, serviceSettings, setting } from '@stoa/config'
import { payment } from '@stoa/contracts/payment/service'
import { Type } from 'typebox'

/** The settings of payment. */
export const config = defineConfig('payment', {
  ...serviceSettings('payment', payment.port),
  PROVIDER_TIMEOUT_MS: setting(Type.Integer({ minimum: 10, maximum: 60_000 }), {
    default: 2_000,
    unit: 'ms',
    doc: 'How long a payment provider has for one answer; a charge that was not answered is looked up by its key.',
  }),
  ABANDONED_AFTER_SECONDS: setting(Type.Number({ minimum: 0.1, maximum: 3_600 }), {
    default: 10,
    unit: 's',
    doc: 'Age from which on a charge or refund that was begun and has not ended is taken up again.',
  }),
  FRAUD_REVIEW_AMOUNT: setting(Type.Integer({ minimum: 1 }), {
    default: 1_000_000,
    unit: 'minor units',
    doc: 'Amount from which on a payment waits for a person.',
  }),
  FRAUD_PAYMENTS_PER_HOUR: setting(Type.Integer({ minimum: 1 }), {
    default: 10,
    doc: 'Payments of one customer within an hour, after which the next waits for a person; not with the sandbox.',
  }),
  SANDBOX_WEBHOOK_SECRET: secret(Type.String({ pattern: '^whsec_[A-Za-z0-9+/]{32,}={0,2}$' }), {
    optional: true,
    doc: 'What webhooks of the sandbox are signed with (Standard Webhooks); without it none is taken.',
  }),
})
