import type { Handler } from '@stoa/contract'
import type { Alert, Silence } from '@stoa/contracts/monitoring/alert-resources'
import type { MonitoringService } from '@stoa/contracts/monitoring/service'
import { readPage } from '@stoa/service'
import { Type } from 'typebox'
import { silencedUntil } from '../alerting/silenced-until.ts'
import type { Deps } from '../deps.ts'
import * as store from '../store/alerts.ts'
import { readSilences } from '../store/silences.ts'

const Place = Type.Object({
  at: Type.Integer({ minimum: 0, maximum: 253_402_300_799_999 }),
  id: Type.String({ format: 'uuid' }),
})

const noAlert = { code: 'monitoring.alert_not_found', detail: 'There is no alert with this id.' } as const

function shown(row: store.AlertRow, silences: readonly Silence[]): Alert {
  const { id, state, name, severity, labels, summary, value } = row
  const until = state === 'resolved' ? undefined : silencedUntil(silences, labels)
  const known = <Key extends string, Value>(key: Key, value: Value | null | undefined) =>
    (value === null || value === undefined ? {} : { [key]: value }) as { readonly [Name in Key]?: Value }
  return {
    id,
    state,
    name,
    severity,
    ...known('service', row.service),
    labels,
    summary,
    ...known('runbook', row.runbook),
    ...(Number.isFinite(value) ? { value } : {}),
    activeAt: row.active_at.toString(),
    ...known('firedAt', row.fired_at?.toString()),
    ...known('resolvedAt', row.resolved_at?.toString()),
    ...known('acknowledgedAt', row.acknowledged_at?.toString()),
    ...known('acknowledgedBy', row.acknowledged_by),
    ...known('acknowledgement', row.acknowledgement),
    ...known('silencedUntil', until),
  }
}

export const listAlerts =
  ({ clock }: Deps): Handler<MonitoringService, 'listAlerts'> =>
  async ({ query, db }) => {
    const { state, severity, service } = query
    const page = await readPage(
      query,
      Place,
      (after, limit) => store.listAlerts(db, { state, severity, service }, after, limit),
      ({ active_at: at, id }) => ({ at: at.epochMilliseconds, id }),
    )
    const silences = await readSilences(db, clock.now())
    return { status: 200, body: { ...page, items: page.items.map((row) => shown(row, silences)) } }
  }

export const getAlert =
  ({ clock }: Deps): Handler<MonitoringService, 'getAlert'> =>
  async ({ params: { id }, db, refuse }) => {
    const row = await store.findAlert(db, id)
    if (row === undefined) return refuse(noAlert)
    return { status: 200, body: shown(row, await readSilences(db, clock.now())) }
  }

export const acknowledgeAlert =
  ({ clock }: Deps): Handler<MonitoringService, 'acknowledgeAlert'> =>
  async ({ params: { id }, body: { comment }, caller, refuse, commit }) =>
    commit(async (tx) => {
      const row = await store.lockAlert(tx, id)
      if (row === undefined) return refuse(noAlert)
      if (row.state === 'resolved') return refuse('monitoring.alert_resolved', 'The alert is resolved.')
      await store.acknowledge(tx, id, { by: caller.subject, comment, at: clock.now() })
      return { status: 200, id }
    })
