import { errors } from '@stoa/contract'

/** The errors that datamart returns. */
export const datamartErrors = errors({
  'datamart.query_invalid': {
    kind: 'invalid',
    title: 'The query cannot be run',
    why: 'A period ends before it begins, a value does not fit its dimension, or the order names a column that the result does not have.',
    fix: 'Correct the field that the response names.',
  },
  'datamart.currency_missing': {
    kind: 'invalid',
    title: 'Amounts of several currencies cannot be added up',
    why: 'A measure of money is neither divided by currency nor filtered to one currency.',
    fix: 'Add the dimension currency, or a filter with one currency.',
  },
  'datamart.query_too_long': {
    kind: 'timeout',
    title: 'The query took too long',
    why: 'It reads or groups more than can be done in the time of a query, or the service is busy.',
    fix: 'Ask for a shorter period or fewer dimensions, or try again later.',
  },
  'datamart.query_too_large': {
    kind: 'too_large',
    title: 'The query needs too much memory',
    why: 'Its groups do not fit into the memory and the disk that a query may use.',
    fix: 'Ask for a shorter period or fewer dimensions.',
  },
  'datamart.result_replaced': {
    kind: 'conflict',
    title: 'The rows of this result are no longer kept',
    why: 'Rows are kept for a day after their query; they were read again with other contents.',
    fix: 'Read the result again from its first row, under another id.',
  },
})
