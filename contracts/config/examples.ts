import type { Examples } from '@stoa/contract'
import type * as flags from './flags-http.ts'
import type * as internal from './internal-http.ts'
import type * as values from './values-http.ts'

const reason = 'The new checkout is tested with a tenth of the customers.'

/** Examples of the operations of config. */
export const configExamples: Examples<typeof flags & typeof values & typeof internal> = {
  createFlag: {
    body: {
      key: 'new-start-page',
      type: 'boolean',
      description: 'Whether the start page shows recommendations.',
      variants: { on: true, off: false },
      defaultVariant: 'off',
      isClientSide: true,
      reason,
    },
    unique: (suffix) => ({ key: `new-start-page-${suffix}` }),
  },
  replaceFlagRules: {
    body: {
      offVariant: 'off',
      rules: [{ when: [{ attribute: 'country', operator: 'in', values: ['AT', 'DE'] }], serve: { variant: 'on' } }],
      serve: {
        split: {
          shares: [
            { variant: 'on', percent: 10 },
            { variant: 'off', percent: 90 },
          ],
        },
      },
      reason,
    },
  },
  killFlag: { body: { reason: 'Orders fail.' } },
  reviveFlag: { body: { reason: 'The cause is fixed.' } },
  promoteFlag: { body: { reason: 'It works on staging.' } },
  rollBackFlag: { body: { version: 1, reason: 'The rules excluded customers by mistake.' } },
  replaceApplication: {
    body: {
      settings: {
        'tax.rounding': { type: 'string', enum: ['line', 'total'], description: 'Where tax is rounded.' },
        'mail.password': { type: 'secretRef' },
      },
      reason: 'Invoices round each line.',
    },
  },
  replaceConfiguration: {
    body: { values: { 'tax.rounding': 'line', 'mail.password': { secretRef: 'mail/password' } }, reason },
  },
  rollBackConfiguration: { body: { version: 1, reason } },
  promoteConfiguration: { body: { reason } },
  declare: {
    body: {
      flags: [
        {
          key: 'guest-checkout',
          type: 'boolean',
          description: 'Whether guests may place orders.',
          variants: { on: true, off: false },
          defaultVariant: 'on',
        },
      ],
    },
  },
  recordEvaluations: {
    body: { items: [{ key: 'guest-checkout', variant: 'on', count: 12, lastAt: '2026-11-02T12:00:00Z' }] },
  },
}
