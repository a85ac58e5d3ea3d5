import { errors } from '@stoa/contract'

/** The errors that monitoring returns. */
export const monitoringErrors = errors({
  'monitoring.trace_not_found': {
    kind: 'not_found',
    title: 'No such trace',
    why: 'No span of the trace is stored: it was not sampled, it is older than the retention, or it was deleted to keep within the limit of the storage.',
    fix: 'Check the id. Spans arrive within a few seconds after they end.',
  },
})
