import { errors } from '@stoa/kernel'

/** What the sandbox fails with where a real provider would; customers see `payment.provider_unavailable`. */
export const sandboxErrors = errors({
  'sandbox.charge_unknown': { kind: 'invalid', title: 'The sandbox does not know the charge' },
  'sandbox.failing': { kind: 'unavailable', title: 'The sandbox fails on purpose' },
})
