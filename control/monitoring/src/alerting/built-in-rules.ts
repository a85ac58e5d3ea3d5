import { ruleOf, type AlertRule } from './alert-rule.ts'

/** The series of a scrape itself: whether the target responded, and whether the registry found the instance ready. */
export const upMetric = 'up'
export const readyMetric = 'stoa_instance_ready'
/** Since when the registry no longer lists an instance that did not respond, in seconds since the epoch. */
export const missingMetric = 'stoa_instance_missing_since_seconds'

/**
 * Rules that need what only monitoring knows: an instance that died without leaving the registry stays a target until it is replaced, and the
 * registry says which instances are ready.
 */
export function builtInRules(downForMs: number): AlertRule[] {
  const rule = (alert: string, expr: string, summary: string, page: string) =>
    ruleOf(
      {
        alert,
        expr,
        labels: { severity: 'page', service: '{{ $labels.job }}' },
        annotations: { summary, runbook: `docs/runbooks/alerts.md#${page}` },
      },
      downForMs,
    )
  return [
    rule(
      'InstanceDown',
      `${upMetric} == 0`,
      '{{ $labels.job }}: the instance {{ $labels.instance }} does not respond',
      'instance-down',
    ),
    rule(
      'InstanceNotReady',
      `${readyMetric} == 0 unless on (job, instance) ${upMetric} == 0`,
      '{{ $labels.job }}: the instance {{ $labels.instance }} is running, but is not ready',
      'instance-not-ready',
    ),
  ]
}
