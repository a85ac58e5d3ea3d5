import { accessTable } from '@stoa/contracts/auth/roles'
import type { NotificationService } from '@stoa/contracts/notification/service'
import { ticketResolved, ticketSlaBreached, ticketUpdated } from '@stoa/contracts/support/events'
import { AppError, newId } from '@stoa/kernel'
import { eventually, startTestService, type Stubs, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { notificationService } from '../src/service.ts'

const german = newId()
const deletedReply = newId()
const calls: Stubs<NotificationService> = {
  user: {
    getContact: async ({ userId }) => ({
      email: 'ada@stoa.example',
      name: 'Ada',
      locale: userId === german ? 'de-AT' : 'en',
      emailVerified: true,
    }),
    issueLinkToken: async ({ linkId }) => ({ token: `token-of-${linkId}` }),
  },
  support: {
    getReply: async ({ messageId }) => {
      if (messageId === deletedReply) throw new AppError('not_found', 'support.message_not_found', 'deleted')
      return { subject: 'A tin {{name}}', text: 'It is on its way.\nGrace {{secret}}' }
    },
  },
}
let service: TestService<NotificationService>
beforeAll(async () => {
  service = await startTestService(notificationService, { access: accessTable, calls })
})
afterAll(() => service.stop())

const inbox = async (userId: string) =>
  (await service.request('GET', `/api/v1/users/${userId}/notifications`, { as: { subject: userId } })).body.items
const told = (userId: string, count: number) =>
  eventually(async () => {
    const items = await inbox(userId)
    expect(items).toHaveLength(count)
    return items
  })
const factOf = (customerId: string) =>
  ({ ticketId: newId(), number: 'T-100001', customerId, priority: 'normal' }) as const

test.each([
  [newId(), 'Reply to your request T-100001', 'We have replied'],
  [german, 'Antwort auf Ihre Anfrage T-100001', 'geantwortet'],
])('a reply of staff reaches its customer with its text, in their language', async (customerId, subject, words) => {
  const fact = factOf(customerId)
  const update = { ...fact, status: 'pending', change: 'staff_replied', messageId: newId() } as const
  await service.receive(ticketUpdated, fact.ticketId, update)
  const [message] = await told(customerId, 1)
  // what a template has in it is filled in, what people have written is not
  expect(message).toMatchObject({ kind: 'ticket.updated', status: 'sent', subject })
  expect(message.body).toContain(words)
  expect(message.body).toContain('It is on its way.\nGrace {{secret}}')
})

test('no other change of a ticket, and no deleted reply, is a message; its resolution is', async () => {
  const ada = newId()
  const fact = factOf(ada)
  const update = { ...fact, status: 'open' } as const
  for (const change of ['customer_replied', 'assigned', 'prioritised', 'status_changed', 'rated'] as const)
    await service.receive(ticketUpdated, fact.ticketId, { ...update, change, messageId: newId() })
  await service.receive(ticketUpdated, fact.ticketId, { ...update, change: 'staff_replied', messageId: deletedReply })
  await service.receive(ticketUpdated, fact.ticketId, { ...update, change: 'staff_replied' })
  await service.receive(ticketResolved, fact.ticketId, { ...fact, resolvedAt: '2026-11-02T12:00:00Z' })
  const [message] = await told(ada, 1)
  expect(message).toMatchObject({ kind: 'ticket.resolved', subject: 'Your request T-100001 is resolved' })
})

test('staff learn of a missed goal', async () => {
  const fact = { ...factOf(newId()), goal: 'first_response', dueAt: '2026-11-02T15:00:00Z' } as const
  await service.receive(ticketSlaBreached, fact.ticketId, fact)
  const [message] = await told('00000000-0000-7000-8000-000000000000', 1)
  expect(message).toMatchObject({ kind: 'ticket.sla_breached', subject: 'Ticket T-100001 is overdue' })
  expect(message.body).toContain('first response, which was due at 2026-11-02T15:00:00Z')
})
