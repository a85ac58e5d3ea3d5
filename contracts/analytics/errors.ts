import { errors } from '@stoa/contract'

/** The errors that analytics returns. */
export const analyticsErrors = errors({
  'analytics.range_invalid': {
    kind: 'invalid',
    title: 'The range is empty or too long',
    why: 'The range ends before it begins, or has more intervals than a response may contain.',
    fix: 'Send a range of at most 1,500 intervals, or a longer interval.',
  },
})
