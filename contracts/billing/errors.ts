import { errors } from '@stoa/contract'

/** The errors that billing returns. */
export const billingErrors = errors({
  'billing.not_found': {
    kind: 'not_found',
    title: 'No such invoice',
    why: 'There is no invoice or credit note with this id, or it belongs to another account.',
    fix: 'Check the id. An invoice is issued a moment after its order is confirmed.',
  },
})
