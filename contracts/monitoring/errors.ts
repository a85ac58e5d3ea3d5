import { errors } from '@stoa/contract'

/** The errors that monitoring returns. */
export const monitoringErrors = errors({
  'monitoring.trace_not_found': {
    kind: 'not_found',
    title: 'No such trace',
    why: 'No span of the trace is stored: it was not sampled, it is older than the retention, or it was deleted to keep within the limit of the storage.',
    fix: 'Check the id. Spans arrive within a few seconds after they end.',
  },
  'monitoring.alert_not_found': {
    kind: 'not_found',
    title: 'No such alert',
    why: 'There is no alert with this id. Alerts are deleted ALERT_RETENTION_DAYS after they were resolved, and pending ones as soon as their condition no longer holds.',
    fix: 'Choose an alert from the list.',
  },
  'monitoring.alert_resolved': {
    kind: 'conflict',
    title: 'The alert is resolved',
    why: 'The condition of the alert holds no longer, so there is nothing to take care of.',
    fix: 'Nothing. If the condition holds again, there is a new alert.',
  },
  'monitoring.query_invalid': {
    kind: 'invalid',
    title: 'The query is not valid',
    why: 'The expression is not in the subset of PromQL that monitoring supports, it reads a metric that is not kept, or the period ends before it begins.',
    fix: 'Correct the field that `errors` names; its detail says what is not supported. METRICS_KEPT adds metrics.',
  },
  'monitoring.query_too_large': {
    kind: 'invalid',
    title: 'The query is too large',
    why: 'The query has more than 1,000 steps, 500 series or 100,000 values, or reads more samples than one query may.',
    fix: 'Choose a shorter period or a longer step, aggregate series, or name more labels.',
  },
  'monitoring.silence_not_found': {
    kind: 'not_found',
    title: 'No such silence',
    why: 'There is no silence with this id, or it was deleted ALERT_RETENTION_DAYS after its end.',
    fix: 'Choose a silence from the list.',
  },
  'monitoring.silence_invalid': {
    kind: 'invalid',
    title: 'The silence is not valid',
    why: 'A regular expression is not supported, or the conditions match every alert.',
    fix: 'Correct the field that `errors` names.',
  },
  'monitoring.too_many_silences': {
    kind: 'conflict',
    title: 'Too many silences',
    why: 'At most 200 silences can be in force at the same time.',
    fix: 'End silences that are no longer needed.',
  },
})
