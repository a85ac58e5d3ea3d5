import type { AlertRow } from '../store/alerts.ts'

function factsOf({ id: alertId, name, severity, service, labels, summary, runbook }: AlertRow) {
  return {
    alertId,
    name,
    severity,
    labels,
    summary,
    ...(service === null ? {} : { service }),
    ...(runbook === null ? {} : { runbook }),
  }
}

/** What is published of an alert that has fired. */
export function firedFacts(alert: AlertRow) {
  const { active_at: activeAt, fired_at: firedAt } = alert
  return { ...factsOf(alert), activeAt: activeAt.toString(), firedAt: (firedAt ?? activeAt).toString() }
}

/** What is published of an alert that was resolved. */
export function resolvedFacts(alert: AlertRow) {
  const { active_at: activeAt, fired_at: firedAt, resolved_at: resolvedAt } = alert
  const began = firedAt ?? activeAt
  return { ...factsOf(alert), firedAt: began.toString(), resolvedAt: (resolvedAt ?? began).toString() }
}
