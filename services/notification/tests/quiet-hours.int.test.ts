import { accessTable } from '@stoa/contracts/auth/roles'
import type { NotificationService } from '@stoa/contracts/notification/service'
import { orderConfirmed } from '@stoa/contracts/order/events'
import { newId } from '@stoa/kernel'
import { eventually, startTestService, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { notificationService } from '../src/service.ts'

const zones = new Map<string, string>()
let service: TestService<NotificationService>
beforeAll(async () => {
  const user = {
    getContact: async ({ userId }: { userId?: string }) => ({
      email: 'ada@stoa.example',
      name: 'Ada',
      locale: 'en',
      emailVerified: true,
      ...(userId !== undefined && zones.has(userId) ? { timeZone: zones.get(userId) } : {}),
    }),
    issueLinkToken: async () => ({ token: 'x' }),
  }
  service = await startTestService(notificationService, { access: accessTable, calls: { user } })
})
afterAll(() => service.stop())

// Kathmandu's hours begin 15 minutes after those of UTC, so that an hour of the one is never the hour of the other
const zone = 'Asia/Kathmandu'

async function statusOf(timeZone: string | undefined, quietHours: object): Promise<string> {
  const subject = newId()
  if (timeZone !== undefined) zones.set(subject, timeZone)
  const path = `/api/v1/users/${subject}/notification-preferences`
  const { headers } = await service.request('GET', path, { as: { subject } })
  const body = { channels: { email: true, in_app: true }, mutedKinds: [], quietHours }
  const ifMatch = { 'if-match': headers.get('etag') ?? '' }
  expect((await service.request('PUT', path, { as: { subject }, body, headers: ifMatch })).status).toBe(200)
  const orderId = newId()
  const total = { amount: 1_999, currency: 'EUR' }
  await service.receive(orderConfirmed, orderId, { orderId, number: 'S-1', customerId: subject, total, lines: [] })
  return eventually(async () => {
    const inbox = await service.request('GET', `/api/v1/users/${subject}/notifications`, { as: { subject } })
    expect(inbox.body.items).toHaveLength(1)
    return inbox.body.items[0].status
  })
}

test('quiet hours are hours of the time zone of the account, unless they have an offset', async () => {
  const { hour } = Temporal.Now.zonedDateTimeISO(zone)
  // two hours, as the hour may end while the test runs
  const now = { fromHour: hour, untilHour: (hour + 2) % 24 }
  expect(await statusOf(zone, now)).toBe('pending')
  expect(await statusOf(undefined, now)).toBe('sent')
  expect(await statusOf(zone, { ...now, utcOffsetMinutes: 0 })).toBe('sent')
  // the data of this release does not know every zone that a later one does
  expect(await statusOf('Mars/Base', now)).toBe('sent')
})
