import type { Deps } from '../deps.ts'
import { notifyOn } from './notify.ts'

/** Staff learn of alerts, by mail where STAFF_MAIL is set. */
export function alertFacts(deps: Deps) {
  return {
    alertFired: notifyOn<'alertFired'>(deps, {
      kind: 'alert.fired',
      to: 'staff',
      variables: ({ alertId, name, severity, summary, activeAt, runbook = '–' }) => ({
        alertId,
        alert: name,
        severity,
        summary,
        activeAt,
        runbook,
      }),
    }),
    alertResolved: notifyOn<'alertResolved'>(deps, {
      kind: 'alert.resolved',
      to: 'staff',
      variables: ({ alertId, name, summary, firedAt, resolvedAt }) => ({
        alertId,
        alert: name,
        summary,
        firedAt,
        resolvedAt,
      }),
    }),
  }
}
