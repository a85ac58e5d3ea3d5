import { accessTable } from '@stoa/contracts/auth/roles'
import type { NotificationService } from '@stoa/contracts/notification/service'
import { orderConfirmed } from '@stoa/contracts/order/events'
import { userCreated } from '@stoa/contracts/user/events'
import { newId } from '@stoa/kernel'
import { eventually, startTestService, type Stubs, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { notificationService } from '../src/service.ts'
import { startFakeSmtp, type FakeSmtp } from './fake-smtp.ts'

let service: TestService<NotificationService>
let smtp: FakeSmtp
const unverified = newId()

beforeAll(async () => {
  smtp = await startFakeSmtp()
  const user: Stubs<NotificationService>['user'] = {
    getContact: async ({ userId }) => {
      const name = userId === unverified ? '' : 'Ada'
      return { email: `${userId}@stoa.example`, name, locale: 'en' }
    },
    issueLinkToken: async () => ({ token: 'token' }),
  }
  service = await startTestService(notificationService, {
    access: accessTable,
    calls: { user },
    settings: { SMTP_URL: smtp.url },
  })
})
afterAll(async () => {
  await service.stop()
  smtp.close()
})

const create = (userId: string, kind: 'registered' | 'guest') =>
  service.receive(userCreated, userId, { userId, kind, tier: 'free', locale: 'en' })

const confirm = (customerId: string) =>
  service.receive(orderConfirmed, newId(), {
    orderId: newId(),
    number: 'S-100001',
    customerId,
    total: { amount: 1_999, currency: 'EUR' },
    lines: [],
  })

const inboxOf = (userId: string, count: number) =>
  eventually(async () => {
    const { body } = await service.request('GET', `/api/v1/users/${userId}/notifications`, { as: { subject: userId } })
    expect(body.items).toHaveLength(count)
    return body.items
  })

/** Waits until the service has handled this many events. */
const handled = (count: number) =>
  eventually(async () => {
    const [row] = await service.database.read.sql<{ count: number }>`select count(*)::int as count from inbox`
    expect(row?.count).toBeGreaterThanOrEqual(count)
  })

test('a new account is welcomed in its inbox, not by mail, and a guest not at all', async () => {
  const [ada, guest] = [newId(), newId()]
  await create(guest, 'guest')
  await create(ada, 'registered')
  await handled(2)
  const [message] = await inboxOf(ada, 1)
  expect(message).toMatchObject({ kind: 'user.created', channel: 'in_app', status: 'sent' })
  await inboxOf(guest, 0)
  await confirm(guest)
  await eventually(() => expect(smtp.mails.join('')).toContain(`To: ${guest}@stoa.example`))
  expect(smtp.mails.join('')).not.toContain('Welcome to Stoa')
})

test('an account with an address that is not verified is greeted without its name', async () => {
  await confirm(unverified)
  const [message] = await inboxOf(unverified, 1)
  expect(message.body).toMatch(/^Hello there,/)
})
