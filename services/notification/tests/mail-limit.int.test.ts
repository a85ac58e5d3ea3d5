import { accessTable } from '@stoa/contracts/auth/roles'
import type { NotificationService } from '@stoa/contracts/notification/service'
import { orderConfirmed } from '@stoa/contracts/order/events'
import { emailVerificationRequested } from '@stoa/contracts/user/events'
import { newId } from '@stoa/kernel'
import { eventually, startTestService, type Stubs, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mailLimit } from '../src/domain/mail-limit.ts'
import { notificationService } from '../src/service.ts'
import { startFakeSmtp, type FakeSmtp } from './fake-smtp.ts'

let service: TestService<NotificationService>
let smtp: FakeSmtp
const contacts = new Map<string, { readonly email: string; readonly emailVerified: boolean }>()

beforeAll(async () => {
  smtp = await startFakeSmtp()
  const user: Stubs<NotificationService>['user'] = {
    getContact: async ({ userId }) => ({ name: '', locale: 'en', ...contacts.get(userId) }),
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

function account(email: string, emailVerified = false): string {
  const id = newId()
  contacts.set(id, { email, emailVerified })
  return id
}

const confirm = (customerId: string) =>
  service.receive(orderConfirmed, newId(), {
    orderId: newId(),
    number: 'S-100001',
    customerId,
    total: { amount: 1_999, currency: 'EUR' },
    lines: [],
  })

/** The messages to some accounts once all have ended, as `channel status`. */
const outcomesOf = (userIds: readonly string[], count: number) =>
  eventually(async () => {
    const rows = await service.database.read.sql<{ outcome: string }>`
      select channel || ' ' || status as outcome from notifications where user_id = any (${userIds}::uuid[]) order by 1`
    const outcomes = rows.map(({ outcome }) => outcome)
    expect(outcomes.filter((outcome) => !outcome.endsWith('pending'))).toHaveLength(count)
    return outcomes
  })

const mailsTo = (pattern: RegExp) => smtp.mails.filter((mail) => pattern.test(mail)).length

test('the guests of one mailbox get as many mails in an hour as one, the others in their inboxes', async () => {
  const guests = Array.from({ length: 30 }, (_, index) => account(`v+${index}@Example.org`))
  await Promise.all(guests.map(confirm))
  const outcomes = await outcomesOf(guests, 30)
  expect(outcomes.filter((outcome) => outcome === 'email sent')).toHaveLength(mailLimit.perHour)
  expect(outcomes.filter((outcome) => outcome === 'in_app sent')).toHaveLength(30 - mailLimit.perHour)
  expect(mailsTo(/^To: v\+\d+@example\.org/im)).toBe(mailLimit.perHour)

  await service.database.transaction(({ sql }) => sql`update unverified_mails set at = at - interval '61 minutes'`)
  const later = account('v@example.org')
  await confirm(later)
  expect(await outcomesOf([later], 1)).toEqual(['email sent'])
  const [row] = await service.database.read.sql<{ text: string }>`
    select string_agg(m::text, ' ') as text from unverified_mails m`
  expect(row?.text).not.toMatch(/example/i)
})

test('no more links are mailed to a mailbox in a day than it may get mails', async () => {
  const strangers = Array.from({ length: mailLimit.perDay + 1 }, (_, index) => account(`w+${index}@example.org`))
  for (const userId of strangers) {
    await service.receive(emailVerificationRequested, userId, { userId, linkId: newId() })
    await outcomesOf([userId], 1)
    await service.database.transaction(({ sql }) => sql`update unverified_mails set at = at - interval '61 minutes'`)
  }
  expect(mailsTo(/^To: w\+\d+@example\.org/im)).toBe(mailLimit.perDay)
  expect(await outcomesOf([strangers.at(-1) ?? ''], 1)).toEqual(['email suppressed'])
})

test('mails to a verified address are not limited', async () => {
  const ada = account('ada@example.org', true)
  await Promise.all(Array.from({ length: 12 }, () => confirm(ada)))
  expect(await outcomesOf([ada], 12)).toEqual(Array.from({ length: 12 }, () => 'email sent'))
})
