import type { TaskHandler } from '@stoa/contract'
import type { MonitoringService } from '@stoa/contracts/monitoring/service'
import { firedFacts, resolvedFacts } from '../alerting/alert-facts.ts'
import { postWebhook } from '@stoa/security'
import type { Deps } from '../deps.ts'
import { findAlert } from '../store/alerts.ts'

/** Tells a receiver that an alert has fired or was resolved. The id of the webhook is the same for each attempt. */
export const sendAlertWebhook =
  ({
    clock,
    webhooks: { targets, secret, mayBePrivate },
  }: Deps): TaskHandler<MonitoringService, 'send-alert-webhook'> =>
  async ({ payload: { alertId, type, target }, db }) => {
    const url = targets.find(({ id }) => id === target)?.url
    const alert = await findAlert(db, alertId)
    // the receiver is no longer in the settings, or the alert has passed its retention
    if (url === undefined || alert === undefined) return
    const now = clock.now()
    const at = type === 'alert.fired' ? alert.fired_at : alert.resolved_at
    const data = type === 'alert.fired' ? firedFacts(alert) : resolvedFacts(alert)
    const { status } = await postWebhook({
      url,
      secrets: [secret],
      reach: mayBePrivate ? 'anywhere' : 'internet',
      userAgent: 'Stoa monitoring',
      id: `${alertId}.${type}`,
      timestampSeconds: Math.floor(now.epochMilliseconds / 1_000),
      body: JSON.stringify({ type, timestamp: at?.toString(), data }),
    })
    if (status < 200 || status > 299) throw new Error(`the receiver of the webhook responded with ${status}`)
  }
