import { accessTable } from '@stoa/contracts/auth/roles'
import type { NotificationService } from '@stoa/contracts/notification/service'
import { reportDistributed, reportFailed } from '@stoa/contracts/reporting/events'
import { AppError, newId } from '@stoa/kernel'
import { eventually, startTestService, type Stubs, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { notificationService } from '../src/service.ts'

const german = newId()
const removed = newId()
const calls: Stubs<NotificationService> = {
  user: {
    getContact: async ({ userId }) => ({
      email: 'grace@stoa.example',
      name: 'Grace',
      locale: userId === german ? 'de' : 'en',
      emailVerified: true,
    }),
    issueLinkToken: async ({ linkId }) => ({ token: `token-of-${linkId}` }),
  },
  reporting: {
    describeReport: async ({ reportId }) => {
      if (reportId === removed) throw new AppError('not_found', 'reporting.report_not_found', 'removed')
      return { title: 'Sales {{name}}', firstDay: '2026-11-01', lastDay: '2026-11-07' }
    },
  },
}
let service: TestService<NotificationService>
beforeAll(async () => {
  service = await startTestService(notificationService, {
    access: accessTable,
    calls,
    settings: { AUTH_ISSUER: 'https://shop.example' },
  })
})
afterAll(() => service.stop())

async function toldOf(userId: string, count: number): Promise<any[]> {
  const path = `/api/v1/users/${userId}/notifications`
  return eventually(async () => {
    const { body } = await service.request('GET', path, { as: { subject: userId } })
    expect(body.items).toHaveLength(count)
    return body.items
  })
}

test.each([
  [newId(), 'Your report is ready: Sales {{name}}', 'Hello Grace'],
  [german, 'Ihr Bericht ist fertig: Sales {{name}}', 'Hallo Grace'],
])('a recipient gets a link to the report, in their language', async (recipientId, subject, greeting) => {
  const reportId = newId()
  await service.receive(reportDistributed, reportId, { reportId, recipientId, format: 'xlsx' })
  const [message] = await toldOf(recipientId, 1)
  expect(message).toMatchObject({ kind: 'report.ready', status: 'sent', subject })
  expect(message.body).toContain(greeting)
  expect(message.body).toContain('(2026-11-01 – 2026-11-07)')
  // a page that signs in: the addresses of the API refuse a browser
  expect(message.body).toContain(`https://shop.example/console/reports/${reportId}`)
})

test('the owner of a schedule learns why its report failed; of a removed one, or one without a schedule, there is no message', async () => {
  const ownerId = newId()
  const reportId = newId()
  await service.receive(reportFailed, reportId, { reportId, reason: 'the lake is gone' })
  await service.receive(reportFailed, removed, { reportId: removed, reason: 'gone', ownerId })
  await service.receive(reportFailed, reportId, { reportId, reason: 'the lake is gone', ownerId })
  const [message] = await toldOf(ownerId, 1)
  expect(message).toMatchObject({ kind: 'report.failed', subject: 'A scheduled report failed: Sales {{name}}' })
  expect(message.body).toContain('could not be generated: the lake is gone')
})
