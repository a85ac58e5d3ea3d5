import { errors } from './error-catalogue.ts'

/** The errors of the database of a service; part of the platform's catalogue. */
export const databaseErrors = errors({
  'database.unavailable': {
    kind: 'unavailable',
    title: 'The database cannot be reached',
    why: 'The database is restarting or unreachable.',
    fix: 'Wait a moment, then retry with the same Idempotency-Key.',
  },
  'database.disk_full': {
    kind: 'unavailable',
    title: 'The database has no space left',
    why: 'The disk of the database is full; reads still work.',
    fix: 'Retry later. Operators must free disk space.',
  },
  'database.outcome_unknown': {
    kind: 'unavailable',
    title: 'It is unknown whether the change was committed',
    why: 'The connection was lost during the commit.',
    fix: 'Retry with the same Idempotency-Key: you get the result if the change was committed, and it is made now if it was not.',
  },
  'database.saturated': {
    kind: 'unavailable',
    title: 'All connections to the database are in use',
    why: 'The service received more requests than it has connections for.',
    fix: 'Wait a moment, then retry; send fewer requests at once.',
  },
  'database.statement_timeout': {
    kind: 'timeout',
    title: 'The database took too long',
    why: 'A statement exceeded its time limit, and its change was rolled back.',
    fix: 'Retry, with a smaller request if possible.',
  },
  'database.unsupported_text': {
    kind: 'invalid',
    title: 'A text contains a character that cannot be stored',
    why: 'PostgreSQL cannot store the NUL character in a text.',
    fix: 'Remove the character U+0000.',
  },
  'database.closed': {
    kind: 'unavailable',
    title: 'The connection to the database has been closed',
    why: 'The process is shutting down.',
    fix: 'Retry; another instance handles the request.',
  },
})
