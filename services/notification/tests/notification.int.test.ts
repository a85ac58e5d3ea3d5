import { createServer, type Server } from 'node:net'
import type { AddressInfo } from 'node:net'
import { accessTable } from '@stoa/contracts/auth/roles'
import { fraudDetected } from '@stoa/contracts/payment/events'
import { orderConfirmed, orderRejected, reconciliationFailed } from '@stoa/contracts/order/events'
import { notificationSent } from '@stoa/contracts/notification/events'
import type { NotificationService } from '@stoa/contracts/notification/service'
import { userDeleted, userLocked } from '@stoa/contracts/user/events'
import { AppError, newId } from '@stoa/kernel'
import { eventually, startTestService, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { notificationService } from '../src/service.ts'

const gone = newId()
const german = newId()
const user = {
  getContact: async ({ userId }: { userId?: string }) => {
    if (userId === gone) throw new AppError('not_found', 'user.not_found', 'erased')
    return { email: 'ada@stoa.example', name: 'Ada', locale: userId === german ? 'de-AT' : 'en' }
  },
  issueUnlockToken: async ({ unlockId }: { unlockId?: string }) => {
    if (unlockId === 'over') throw new AppError('invalid', 'user.token_invalid', 'over')
    return { token: `token-of-${unlockId}` }
  },
}
let service: TestService
let mailing: TestService
let smtp: Server
const mails: string[] = []

/** As much of RFC 5321 as a client needs to hand over a mail. */
function fakeSmtp(): Server {
  return createServer((socket) => {
    let isData = false
    socket.write('220 test\r\n')
    socket.on('data', (chunk) => {
      const text = chunk.toString()
      if (isData) {
        mails.push(text)
        if (text.endsWith('\r\n.\r\n')) {
          isData = false
          socket.write('250 ok\r\n')
        }
      } else if (text.startsWith('DATA')) {
        isData = true
        socket.write('354 go on\r\n')
      } else socket.write('250 ok\r\n')
    })
    socket.on('error', () => {})
  })
}

beforeAll(async () => {
  smtp = fakeSmtp()
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve))
  const calls = { user } as never
  service = await startTestService<NotificationService>(notificationService, { access: accessTable, calls })
  const settings = { SMTP_URL: `smtp://127.0.0.1:${(smtp.address() as AddressInfo).port}` }
  mailing = await startTestService<NotificationService>(notificationService, { access: accessTable, calls, settings })
})
afterAll(async () => {
  await Promise.all([service.stop(), mailing.stop()])
  smtp.close()
})

const confirmed = (customerId: string, orderId = newId()) => ({
  orderId,
  number: 'S-100001',
  customerId,
  total: { amount: 1_999, currency: 'EUR' },
  lines: [],
})
const inbox = async (app: TestService, userId: string) =>
  (await app.request('GET', `/api/v1/users/${userId}/notifications`, { as: { subject: userId } })).body.items
const told = (app: TestService, userId: string, count: number) =>
  eventually(async () => {
    const items = await inbox(app, userId)
    expect(items).toHaveLength(count)
    return items
  })

test('a customer is told of a confirmed order, once for its event', async () => {
  const ada = newId()
  const fact = confirmed(ada)
  await service.receive(orderConfirmed, fact.orderId, fact)
  const [message] = await told(service, ada, 1)
  expect(message).toMatchObject({ kind: 'order.confirmed', channel: 'email', status: 'sent', orderId: fact.orderId })
  expect(message.subject).toBe('Order S-100001 is confirmed')
  expect(message.body).toContain('€19.99')
  expect((await service.published(notificationSent.type)).some(({ subject }) => subject === message.id)).toBe(true)
})

test('a reason is worded in the customer’s language', async () => {
  const fact = { orderId: newId(), number: 'S-2', customerId: german, reason: 'payment.declined' }
  await service.receive(orderRejected, fact.orderId, fact)
  const [message] = await told(service, german, 1)
  expect(message.body).toContain('die Zahlung wurde abgelehnt')
})

test('an erased account is told nothing, and its inbox is gone', async () => {
  const ada = newId()
  await service.receive(orderConfirmed, newId(), confirmed(gone))
  await service.receive(orderConfirmed, newId(), confirmed(ada))
  await told(service, ada, 1)
  expect(await inbox(service, gone)).toEqual([])
  await service.receive(userDeleted, ada, { userId: ada })
  await told(service, ada, 0)
})

test('staff read what the shop is told, customers do not', async () => {
  await service.receive(fraudDetected, newId(), {
    paymentId: newId(),
    orderId: newId(),
    customerId: newId(),
    rules: ['velocity'],
  })
  const path = '/api/v1/users/00000000-0000-7000-8000-000000000000/notifications'
  const staff = { subject: newId(), roles: ['staff'] }
  await eventually(async () =>
    expect((await service.request('GET', path, { as: staff })).body.items[0]?.kind).toBe('fraud.detected'),
  )
  expect((await service.request('GET', path, { as: { subject: newId() } })).status).toBe(404)
  const difference = { kind: 'payment.orphan', orderId: newId(), expected: 'an order', found: 'captured' } as const
  await service.receive(reconciliationFailed, newId(), {
    reconciliationId: newId(),
    scope: 'all',
    found: 3,
    unknown: 2,
    kinds: [{ kind: 'payment.orphan', count: 2 }],
    differences: [difference, { ...difference, orderId: newId() }],
  })
  await eventually(async () => {
    const [latest] = (await service.request('GET', path, { as: staff })).body.items
    expect(latest).toMatchObject({ kind: 'reconciliation.failed', subject: 'The books do not agree' })
    expect(latest.body).toContain('2 payment.orphan')
  })
})

test('who wants no message gets none, under the version of what they want', async () => {
  const ada = newId()
  const as = { subject: ada }
  const path = `/api/v1/users/${ada}/notification-preferences`
  const { headers } = await service.request('GET', path, { as })
  const body = { channels: { email: true, in_app: true }, mutedKinds: ['order.confirmed'] }
  expect((await service.request('PUT', path, { as, body })).status).toBe(428)
  for (const stale of ['"7"', '"never"', '"99999999999999999999"']) {
    const refused = await service.request('PUT', path, { as, body, headers: { 'if-match': stale } })
    expect([refused.status, refused.body.code], stale).toEqual([412, 'request.stale'])
  }
  const etag = headers.get('etag') ?? ''
  expect((await service.request('PUT', path, { as, body, headers: { 'if-match': etag } })).status).toBe(200)
  expect((await service.request('PUT', path, { as, body, headers: { 'if-match': etag } })).status).toBe(412)
  expect((await service.request('PUT', path, { as, body, headers: { 'if-match': '*' } })).headers.get('etag')).toBe(
    '"2"',
  )
  await service.receive(orderConfirmed, newId(), confirmed(ada))
  const [message] = await told(service, ada, 1)
  expect(message.status).toBe('suppressed')
})

test('who waits for another to replace a template finds what the other has written', async () => {
  const as = { subject: newId(), roles: ['manager'] }
  const path = '/api/v1/notifications/templates/order.cancelled.en'
  const replace = (etag: string) =>
    service.request('PUT', path, { as, body: { subject: 'Mine', body: 'x' }, headers: { 'if-match': etag } })
  const { waiting } = await service.database.transaction(async (tx) => {
    await tx.sql`select 1 from templates where id = 'order.cancelled.en' for update`
    const asked = [replace('*'), replace('"1"')]
    await eventually(async () => {
      const [locks] = await service.database.read.sql<{ count: number }>`
        select count(*)::int as count from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'`
      expect(locks?.count).toBe(2)
    })
    await tx.sql`
      insert into templates (id, version, kind, locale, subject, body, at)
      select id, 2, kind, locale, 'Theirs', body, at from templates where id = 'order.cancelled.en'`
    return { waiting: asked }
  })
  expect((await Promise.all(waiting)).map(({ status, body }) => [status, body.version])).toEqual([
    [200, 3],
    [412, undefined],
  ])
})

test('a template gets versions, and a missing variable is said before sending', async () => {
  const manager = { subject: newId(), roles: ['manager'] }
  const path = '/api/v1/notifications/templates/order.delivered.en'
  const { body: template, headers } = await service.request('GET', path, { as: manager })
  expect(template.version).toBe(1)
  const change = (body: object) =>
    service.request('PUT', path, { as: manager, body, headers: { 'if-match': headers.get('etag') ?? '' } })
  expect((await change({ subject: 'Here', body: '{{' })).status).toBe(422)
  expect((await change({ subject: 'Here', body: '{{orderNumber}} is here, {{name}}' })).body.version).toBe(2)
  const preview = await service.request('POST', `${path}/preview`, {
    as: manager,
    body: { variables: { name: 'Ada' } },
  })
  expect([preview.status, preview.body.code, preview.body.errors[0].pointer]).toEqual([
    422,
    'notification.variable_missing',
    '/variables/orderNumber',
  ])
  const sent = await service.request('POST', '/api/v1/notifications/send', {
    as: manager,
    body: { userId: newId(), kind: 'order.delivered', variables: { orderNumber: 'S-9' } },
  })
  expect([sent.status, sent.body.body]).toEqual([201, 'S-9 is here, Ada'])
})

test('with a mail server a message goes out by it', async () => {
  const ada = newId()
  await mailing.receive(orderConfirmed, newId(), confirmed(ada))
  await eventually(async () => expect((await inbox(mailing, ada))[0]?.status).toBe('sent'))
  const mail = mails.join('')
  expect(mail).toContain('To: ada@stoa.example')
  expect(mail).toContain('Subject: Order S-100001 is confirmed')
})

test('the owner of a locked account gets a token that no event has carried', async () => {
  const ada = newId()
  await service.receive(userLocked, ada, { userId: ada, unlockId: 'over' })
  await service.receive(userLocked, ada, { userId: ada, unlockId: 'u1' })
  const [message] = await told(service, ada, 1)
  expect(message.body).toContain('token-of-u1')
})
