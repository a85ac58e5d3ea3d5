import type { Tx } from '@stoa/contract'
import { alertFired, alertResolved } from '@stoa/contracts/monitoring/events'
import type { AlertId, Silence } from '@stoa/contracts/monitoring/alert-resources'
import type { MonitoringService } from '@stoa/contracts/monitoring/service'
import type { NewId } from '@stoa/kernel'
import { firedFacts, resolvedFacts } from './alert-facts.ts'
import * as store from '../store/alerts.ts'
import type { Transitions } from './decide-transitions.ts'
import type { FoundAlert } from './find-alerts.ts'
import type { WebhookTarget } from '../webhooks/alert-webhooks.ts'
import { silencedUntil } from './silenced-until.ts'

interface Moment {
  readonly now: Temporal.Instant
  readonly newId: NewId
  readonly silences: readonly Silence[]
  readonly receivers: readonly WebhookTarget[]
}

/**
 * Stores what became of alerts, and publishes the events in the same transaction: each once. A firing alert that is silenced is published when
 * the silence has ended; if it is resolved before, nothing is.
 */
export async function applyTransitions(
  tx: Tx<MonitoringService>,
  { begun, fired, resolved, ended, changed }: Transitions,
  { now, newId, silences, receivers }: Moment,
): Promise<void> {
  const tellReceivers = async (alertId: AlertId, type: 'alert.fired' | 'alert.resolved') => {
    for (const { id: target } of receivers) await tx.enqueue('send-alert-webhook', { alertId, type, target })
  }
  await store.deletePending(tx, ended)
  for (const { alert, isFiring } of begun) {
    await store.insertAlert(tx, rowOf(alert, newId() as AlertId, now, isFiring))
  }
  for (const { id, value } of fired) await store.fireAlert(tx, id, value, now)
  for (const { id, value } of changed) await store.noteValue(tx, id, value)
  if (resolved.length > 0) {
    for (const row of await store.resolveAlerts(tx, resolved, now)) {
      if (row.announced_at === null || row.fired_at === null) continue
      await tx.publish(alertResolved, row.id, resolvedFacts(row))
      await tellReceivers(row.id, 'alert.resolved')
    }
  }
  for (const row of await store.readUnannounced(tx)) {
    if (row.fired_at === null || silencedUntil(silences, row.labels) !== undefined) continue
    await store.noteAnnounced(tx, row.id, now)
    await tx.publish(alertFired, row.id, firedFacts(row))
    await tellReceivers(row.id, 'alert.fired')
  }
}

const longestText = 1_000

function rowOf(
  { fingerprint, labels, annotations, value }: FoundAlert,
  id: AlertId,
  now: Temporal.Instant,
  isFiring: boolean,
): store.NewAlert {
  const { alertname: name = '', severity = 'none', service = labels['job'] } = labels
  const { summary = name, runbook = annotations['runbook_url'] } = annotations
  return {
    id,
    fingerprint,
    name,
    severity,
    service: service ?? null,
    labels,
    summary: summary.slice(0, longestText),
    runbook: runbook?.slice(0, longestText) ?? null,
    value,
    active_at: now,
    fired_at: isFiring ? now : null,
  }
}
