import { accessTable } from '@stoa/contracts/auth/roles'
import { alertFired, alertResolved } from '@stoa/contracts/monitoring/events'
import { newId } from '@stoa/kernel'
import { eventually, startTestService } from '@stoa/testing'
import { expect, test } from 'vitest'
import { notificationService } from '../src/service.ts'

const staffInbox = '00000000-0000-7000-8000-000000000000'
const at = '2026-11-02T12:00:00Z'
const alert = {
  alertId: newId(),
  name: 'InstanceDown',
  severity: 'page',
  labels: { job: 'search' },
  summary: 'search: the instance 10.0.0.1:8006 does not respond',
}

test('staff learn of an alert that fired, and that it was resolved', async () => {
  const service = await startTestService(notificationService, { access: accessTable })
  await service.receive(alertFired, alert.alertId, {
    ...alert,
    activeAt: at,
    firedAt: at,
    runbook: 'docs/runbooks/alerts.md',
  })
  const as = { subject: newId(), roles: ['staff'] }
  const inbox = (count: number) =>
    eventually(async () => {
      const { items } = (await service.request('GET', `/api/v1/users/${staffInbox}/notifications`, { as })).body
      expect(items).toHaveLength(count)
      return items
    })
  const [fired] = await inbox(1)
  expect(fired).toMatchObject({ kind: 'alert.fired', subject: `Alert (page): ${alert.summary}` })
  expect(fired.body).toContain(`stoa alerts ack ${alert.alertId}`)
  expect(fired.body).toContain('docs/runbooks/alerts.md')
  await service.receive(alertResolved, alert.alertId, { ...alert, firedAt: at, resolvedAt: at })
  const [resolved] = await inbox(2)
  expect(resolved).toMatchObject({ kind: 'alert.resolved', subject: `Resolved: ${alert.summary}` })
  await service.stop()
})
