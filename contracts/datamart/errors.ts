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
  'datamart.report_not_found': {
    kind: 'not_found',
    title: 'No such report',
    why: 'There is no report with this id, or it was removed after its retention.',
    fix: 'List the reports, or generate it again.',
  },
  'datamart.report_not_completed': {
    kind: 'conflict',
    title: 'The report is not completed',
    why: 'It is still being generated, or it has failed.',
    fix: 'Read the report until its state is completed; repeat one that failed.',
  },
  'datamart.report_not_failed': {
    kind: 'conflict',
    title: 'The report has not failed',
    why: 'Only a report that failed can be repeated.',
    fix: 'Generate another one for newer figures.',
  },
})
