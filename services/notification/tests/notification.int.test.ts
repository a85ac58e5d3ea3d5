import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accessTable } from '@stoa/contracts/auth/roles'
import { invoiceIssued } from '@stoa/contracts/billing/events'
import { disputeClosed, disputeOpened, fraudDetected, refundFailed } from '@stoa/contracts/payment/events'
import { orderConfirmed, orderRejected, reconciliationFailed } from '@stoa/contracts/order/events'
import { notificationDelivered, notificationSent } from '@stoa/contracts/notification/events'
import type { NotificationService } from '@stoa/contracts/notification/service'
import {
  emailVerificationRequested,
  passwordResetRequested,
  userDeleted,
  userLocked,
} from '@stoa/contracts/user/events'
import { AppError, newId } from '@stoa/kernel'
import { eventually, startTestService, type Stubs, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { folderChannel } from '../src/channels/folder.ts'
import { notificationService } from '../src/service.ts'
import { startFakeSmtp, type FakeSmtp } from './fake-smtp.ts'

const gone = newId()
const german = newId()
const invoicedGerman = newId()
const user: Stubs<NotificationService>['user'] = {
  getContact: async ({ userId }) => {
    if (userId === gone) throw new AppError('not_found', 'user.not_found', 'erased')
    return {
      email: 'ada@stoa.example',
      name: 'Ada',
      locale: [german, invoicedGerman].includes(userId) ? 'de-AT' : 'en',
      emailVerified: true,
    }
  },
  issueLinkToken: async ({ linkId }) => {
    if (linkId === over) throw new AppError('invalid', 'user.token_invalid', 'over')
    return { token: `token-of-${linkId}` }
  },
}
const over = newId()
let service: TestService<NotificationService>
let mailing: TestService<NotificationService>
let smtp: FakeSmtp
let mails: string[]
beforeAll(async () => {
  smtp = await startFakeSmtp()
  mails = smtp.mails
  const calls = { user }
  service = await startTestService(notificationService, { access: accessTable, calls })
  const settings = {
    SMTP_URL: smtp.url,
    STAFF_MAIL: 'chief@stoa.example,night@stoa.example',
  }
  mailing = await startTestService(notificationService, { access: accessTable, calls, settings })
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

test('an issued invoice is announced to its customer, with a link to its PDF, in their language', async () => {
  const [invoiceId, orderId] = [newId(), newId()]
  const number = 'STOA-2026-000017'
  const total = { amount: 1_999, currency: 'EUR' }
  const fact = { invoiceId, number, orderId, orderNumber: 'S-100001', customerId: invoicedGerman, total }
  await service.receive(invoiceIssued, invoiceId, fact)
  const [message] = await eventually(async () => {
    const found = (await inbox(service, invoicedGerman)).filter(
      (each: { orderId?: string }) => each.orderId === orderId,
    )
    expect(found).toHaveLength(1)
    return found
  })
  expect(message).toMatchObject({ kind: 'invoice.issued', subject: `Ihre Rechnung ${number} zu Bestellung S-100001` })
  expect(message.body).toMatch(new RegExp(`https?://\\S+/account/invoices/${invoiceId}$`))
})

test('a customer is told of a confirmed order, once for its event', async () => {
  const ada = newId()
  const fact = confirmed(ada)
  await service.receive(orderConfirmed, fact.orderId, fact)
  const [message] = await told(service, ada, 1)
  // there is no mail server: nothing claims that an e-mail went out
  expect(message).toMatchObject({ kind: 'order.confirmed', channel: 'in_app', status: 'sent', orderId: fact.orderId })
  expect(message.deliveredAt).toBe(message.sentAt)
  expect(message.subject).toBe('Order S-100001 is confirmed')
  expect(message.body).toContain('€19.99')
  for (const { type } of [notificationSent, notificationDelivered])
    expect((await service.published(type)).filter(({ subject }) => subject === message.id)).toHaveLength(1)
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
  const kept = await service.request('GET', `/personal-data/${ada}`, { as: { subject: ada } })
  expect([kept.status, kept.body.inbox.length]).toEqual([200, 1])
  await service.receive(userDeleted, ada, { userId: ada })
  await told(service, ada, 0)
  const { body } = await service.request('GET', `/personal-data/${ada}`, { as: { subject: newId(), roles: ['admin'] } })
  expect(body).toEqual({ inbox: [], preferences: kept.body.preferences })
})

test('what is kept on a person is shown to that person and to administrators alone', async () => {
  const door = `/personal-data/${newId()}`
  expect((await service.request('GET', door)).status).toBe(401)
  for (const roles of [['customer'], ['support'], ['staff']]) {
    expect((await service.request('GET', door, { as: { subject: newId(), roles } })).status).toBe(404)
  }
  const admin = { subject: newId(), roles: ['admin'] }
  expect((await service.request('GET', '/personal-data/nobody', { as: admin })).status).toBe(404)
  expect((await service.request('DELETE', door, { as: admin })).status).toBe(404)
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
  const [refundId, paymentId, orderId, customerId] = [newId(), newId(), newId(), newId()]
  const amount = { amount: 1_499, currency: 'EUR' }
  await service.receive(refundFailed, paymentId, { refundId, paymentId, orderId, customerId, amount })
  await eventually(async () =>
    expect((await service.request('GET', path, { as: staff })).body.items[0]).toMatchObject({
      kind: 'refund.failed',
      body: expect.stringContaining(`of payment ${paymentId} has failed`),
    }),
  )
  const dispute = {
    disputeId: newId(),
    paymentId,
    orderId,
    customerId,
    amount,
    provider: 'stripe',
    reasonCode: 'fraudulent',
  }
  const evidenceDueBy = '2026-12-24T23:59:59Z'
  await service.receive(disputeOpened, paymentId, { ...dispute, isInquiry: false, evidenceDueBy })
  await eventually(async () =>
    expect((await service.request('GET', path, { as: staff })).body.items[0]).toMatchObject({
      kind: 'dispute.opened',
      body: expect.stringContaining(`Evidence is due by ${evidenceDueBy}.`),
    }),
  )
  await service.receive(disputeClosed, paymentId, { ...dispute, outcome: 'lost' })
  await eventually(async () =>
    expect((await service.request('GET', path, { as: staff })).body.items[0]).toMatchObject({
      kind: 'dispute.closed',
      body: `The dispute over €14.99 of payment ${paymentId} is closed: lost.`,
    }),
  )
  expect((await service.request('GET', path, { as: { subject: newId() } })).status).toBe(404)
  const difference = { kind: 'payment.orphan', orderId: newId(), expected: 'an order', found: 'captured' } as const
  await service.receive(reconciliationFailed, newId(), {
    reconciliationId: newId(),
    scope: 'all',
    found: 6,
    unknown: 5,
    kinds: [{ kind: 'payment.orphan', count: 2 }],
    differences: [difference, { ...difference, orderId: newId() }],
    carts: 3,
  })
  await eventually(async () => {
    const [latest] = (await service.request('GET', path, { as: staff })).body.items
    expect(latest).toMatchObject({ kind: 'reconciliation.failed', subject: 'Reconciliation found new differences' })
    expect(latest.body).toContain('2 payment.orphan, 3 cart.order_differs')
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

test.each([
  'user.password_reset_requested',
  'user.email_verification_requested',
  'user.locked',
  'user.mfa_enabled',
  'user.mfa_disabled',
  'api_key.created',
])('only administrators word or send %s', async (kind) => {
  const path = `/api/v1/notifications/templates/${kind}.en`
  const body = { subject: 'Notice', body: 'https://evil.example/?t={{linkToken}}' }
  const replace = (as: { subject: string; roles: string[] }) =>
    service.request('PUT', path, { as, body, headers: { 'if-match': '*' } })
  const sendIt = (as: { subject: string; roles: string[] }) =>
    service.request('POST', '/api/v1/notifications/send', { as, body: { userId: newId(), kind, variables: {} } })
  const staff = { subject: newId(), roles: ['staff'] }
  for (const answer of [await replace(staff), await sendIt(staff)]) {
    expect([answer.status, answer.body.code]).toEqual([403, 'notification.kind_reserved'])
  }
  const admin = { subject: newId(), roles: ['admin'] }
  expect((await sendIt(admin)).status).not.toBe(403)
  expect((await replace(admin)).status).toBe(200)
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

test('of an e-mail that the server has taken nobody says that it has arrived', async () => {
  const ada = newId()
  await mailing.receive(orderConfirmed, newId(), confirmed(ada))
  const message = await eventually(async () => {
    const [latest] = await inbox(mailing, ada)
    expect(latest).toMatchObject({ channel: 'email', status: 'sent' })
    return latest
  })
  expect(message.deliveredAt).toBeUndefined()
  const aboutIt = (await mailing.published()).filter(({ subject }) => subject === message.id)
  expect(aboutIt.map(({ type }) => type)).toEqual([notificationSent.type])
})

test('a message goes by the channel that is asked for, and by none that is not configured', async () => {
  const ada = newId()
  const sendBy = (app: TestService, channel: string) =>
    app.request('POST', '/api/v1/notifications/send', {
      as: { subject: newId(), roles: ['manager'] },
      body: { userId: ada, kind: 'message', channel, variables: { subject: `By ${channel}`, text: 'Good day' } },
    })
  expect(await sendBy(mailing, 'in_app')).toMatchObject({ status: 201, body: { channel: 'in_app', status: 'sent' } })
  expect(await sendBy(mailing, 'email')).toMatchObject({ status: 201, body: { channel: 'email' } })
  await eventually(() => expect(mails.join('')).toContain('Subject: By email'))
  expect(mails.join('')).not.toContain('Subject: By in_app')
  expect(await sendBy(service, 'in_app')).toMatchObject({ status: 201, body: { channel: 'in_app' } })
  expect(await sendBy(service, 'email')).toMatchObject({
    status: 422,
    body: { code: 'notification.channel_not_configured', errors: [{ pointer: '/channel' }] },
  })
})

test('a message that the mail server refuses for good fails at once, one that it cannot take now is kept for hours', async () => {
  const ada = newId()
  const send = async (subject: string) => {
    const sent = await mailing.request('POST', '/api/v1/notifications/send', {
      as: { subject: newId(), roles: ['manager'] },
      body: { userId: ada, kind: 'message', channel: 'email', variables: { subject, text: 'Good day' } },
    })
    return (sent.body as { id: string }).id
  }
  const statusOf = async (id: string) =>
    (await inbox(mailing, ada)).find((message: { id: string }) => message.id === id)?.status
  const refused = await send('Refused')
  await eventually(async () => expect(await statusOf(refused)).toBe('failed'))
  const busy = await send('Busy')
  await eventually(async () => {
    const [task] = await mailing.database.transaction(
      (tx) => tx.sql<{ attempt: number }>`
        update tasks set attempt = greatest(attempt, 15), run_at = now()
         where payload ->> 'notificationId' = ${busy} and attempt > 0 and error is not null returning attempt`,
    )
    expect(task?.attempt).toBeGreaterThan(15)
  })
  expect(await statusOf(busy)).toBe('pending')
})

test('with a mail server staff are told by mail as well', async () => {
  const rules = [`velocity-${newId()}`]
  const ids = { paymentId: newId(), orderId: newId(), customerId: newId() }
  await mailing.receive(fraudDetected, newId(), { ...ids, rules })
  await eventually(() => {
    const mail = mails.find((text) => text.includes(ids.paymentId))
    expect(mail).toMatch(/To: chief@stoa\.example,\s+night@stoa\.example/)
  })
  const as = { subject: newId(), roles: ['staff'] }
  const path = '/api/v1/users/00000000-0000-7000-8000-000000000000/notifications'
  const { body } = await mailing.request('GET', path, { as })
  expect(body.items[0]).toMatchObject({ kind: 'fraud.detected', channel: 'email' })
})

test('a message that was to be mailed later is an in-app one when there is no mail server any more', async () => {
  const ada = newId()
  const id = newId()
  await service.database.transaction(
    ({ sql }) => sql`
      insert into notifications (id, user_id, kind, channel, status, subject, body, created_at)
      values (${id}, ${ada}, 'message', 'email', 'pending', 'Later', 'Good day', now())`,
  )
  await service.runTask('deliver', { notificationId: id })
  expect((await inbox(service, ada))[0]).toMatchObject({ channel: 'in_app', status: 'sent' })
})

test.each([
  ['a locked account', userLocked, (id: string) => ({ unlockId: id })],
  ['an address to verify', emailVerificationRequested, (id: string) => ({ linkId: id })],
  ['a forgotten password', passwordResetRequested, (id: string) => ({ linkId: id })],
] as const)('the owner of %s gets a token by e-mail, which nothing keeps', async (_, event, dataOf) => {
  const ada = newId()
  const link = newId()
  await mailing.receive(event, ada, { userId: ada, ...dataOf(link) })
  await eventually(async () =>
    expect((await inbox(mailing, ada))[0]).toMatchObject({ channel: 'email', status: 'sent' }),
  )
  expect(mails.filter((mail) => mail.replaceAll('=\r\n', '').includes(`token-of-${link}`))).toHaveLength(1)
  expect((await inbox(mailing, ada))[0].body).toContain('••••••••')
  const [row] = await mailing.database.read.sql<{ found: number }>`
    select count(*)::int as found from notifications n where n::text like ${`%token-of-${link}%`}`
  expect(row?.found).toBe(0)
})

test('a link that has expired meanwhile, or cannot be mailed, is not put into the inbox instead', async () => {
  const ada = newId()
  await mailing.receive(userLocked, ada, { userId: ada, unlockId: over })
  await service.receive(userLocked, ada, { userId: ada, unlockId: newId() })
  for (const asked of [mailing, service]) {
    await eventually(async () => expect((await inbox(asked, ada))[0]).toMatchObject({ status: 'failed' }))
  }
})

test('where there is no mail server, mail with a link is written to a folder for its owner alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stoa-mail-'))
  const id = newId()
  await folderChannel(join(folder, 'mail'), 'Stoa <shop@stoa.example>').send({
    id,
    to: 'ada@stoa.example',
    subject: 'Hello',
    body: 'token',
  })
  const path = join(folder, 'mail', `${id}.eml`)
  expect(await readFile(path, 'utf8')).toMatch(/^From: .*\r\nTo: ada@stoa.example\r\n[^]*\r\n\r\ntoken\r\n$/)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  await rm(folder, { recursive: true })
})

test('a mail server that cannot be reached shows in health, and messages are taken all the same', async () => {
  const unreachable = await startTestService(notificationService, {
    access: accessTable,
    settings: { SMTP_URL: 'smtp://127.0.0.1:9' },
  })
  onTestFinished(() => unreachable.stop())
  const mailServerOf = async ({ request }: TestService) => (await request('GET', '/health')).body.components.mailServer
  expect(await mailServerOf(unreachable)).toMatchObject({
    status: 'down',
    reason: expect.stringContaining('ECONNREFUSED'),
  })
  expect((await unreachable.request('GET', '/health/ready')).status).toBe(200)
  expect(await mailServerOf(mailing)).toEqual({ status: 'up', isRequired: false })
})
