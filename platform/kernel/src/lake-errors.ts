import { errors } from './error-catalogue.ts'

/** The errors of tables of the lake and of queries of them; part of the platform's catalogue. */
export const lakeErrors = errors({
  'lake.conflict': {
    kind: 'conflict',
    title: 'Another writer has changed the table',
    why: 'A commit to the table was made after this writer had read it, so nothing of this one was written.',
    fix: 'Read the table again and repeat the change; pipelines do so on their next run.',
  },
  'lake.damaged': {
    kind: 'failed',
    title: 'The log of the table is damaged',
    why: 'An entry of the Delta log is missing or cannot be parsed.',
    fix: 'Restore the folder of the lake from a backup, or rebuild the table from the event log.',
  },
  'lake.too_long': {
    kind: 'timeout',
    title: 'The query took too long',
    why: 'The query exceeded its time limit and was stopped.',
    fix: 'Ask for a shorter period or fewer groups.',
  },
  'lake.too_large': {
    kind: 'too_large',
    title: 'The query needs more memory than it may use',
    why: 'The intermediate results of the query exceed the memory that one query may use.',
    fix: 'Ask for a shorter period or fewer groups.',
  },
  'lake.busy': {
    kind: 'unavailable',
    title: 'Too many queries at once',
    why: 'As many queries as may wait are waiting already.',
    fix: 'Retry with an increasing delay.',
  },
})
