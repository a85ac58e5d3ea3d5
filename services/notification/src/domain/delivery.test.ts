import { expect, test } from 'vitest'
import type { NotificationKind } from '@stoa/contracts/notification/resources'
import {
  decideDelivery,
  defaultPreferences,
  moneyInWords,
  quietForMs,
  reasonInWords,
  type DeliveryRequest,
} from './delivery.ts'

const everywhere = new Set(['email', 'in_app'] as const)
const deliveryOf = (kind: NotificationKind, more: Partial<DeliveryRequest> = {}): DeliveryRequest => ({
  kind,
  by: undefined,
  reachable: everywhere,
  ...more,
})
const at = (time: string) => Temporal.Instant.from(`2026-05-01T${time}Z`)
const hourMs = 3_600_000

test('a message goes by e-mail unless the person wants it otherwise', () => {
  expect(decideDelivery(deliveryOf('order.confirmed'), defaultPreferences, at('12:00'))).toEqual({
    channel: 'email',
    isSuppressed: false,
    delayMs: 0,
  })
  const inApp = { ...defaultPreferences, channels: { email: false, in_app: true } }
  expect(decideDelivery(deliveryOf('order.confirmed'), inApp, at('12:00')).channel).toBe('in_app')
  const none = { ...defaultPreferences, channels: { email: false, in_app: false } }
  expect(decideDelivery(deliveryOf('order.confirmed'), none, at('12:00')).isSuppressed).toBe(true)
})

test('where there is no mail server a message is an in-app one', () => {
  const reachable = new Set(['in_app'] as const)
  const onlyMail = { ...defaultPreferences, channels: { email: true, in_app: false } }
  for (const preferences of [defaultPreferences, onlyMail]) {
    expect(decideDelivery(deliveryOf('order.confirmed', { reachable }), preferences, at('12:00'))).toMatchObject({
      channel: 'in_app',
      isSuppressed: false,
    })
  }
})

test('a message goes by the channel that was asked for, if the person wants that one', () => {
  const onlyMail = { ...defaultPreferences, channels: { email: true, in_app: false } }
  const decide = (by: 'email' | 'in_app', preferences = defaultPreferences) =>
    decideDelivery(deliveryOf('message', { by }), preferences, at('12:00'))
  expect(decide('in_app')).toMatchObject({ channel: 'in_app', isSuppressed: false })
  expect(decide('email')).toMatchObject({ channel: 'email', isSuppressed: false })
  expect(decide('in_app', onlyMail)).toMatchObject({ channel: 'in_app', isSuppressed: true })
})

test('a muted kind is not sent, a locked account is always told', () => {
  const muted = { ...defaultPreferences, mutedKinds: ['order.shipped' as const, 'user.locked' as const] }
  expect(decideDelivery(deliveryOf('order.shipped'), muted, at('12:00')).isSuppressed).toBe(true)
  expect(decideDelivery(deliveryOf('user.locked'), muted, at('12:00')).isSuppressed).toBe(false)
})

test('quiet hours delay a message to their end, over midnight too', () => {
  const night = { fromHour: 22, untilHour: 7, utcOffsetMinutes: 120 }
  expect(quietForMs(night, at('19:59'))).toBe(0)
  expect(quietForMs(night, at('20:00'))).toBe(9 * hourMs)
  expect(quietForMs(night, at('04:00'))).toBe(hourMs)
  expect(quietForMs(night, at('05:00'))).toBe(0)
  expect(quietForMs({ fromHour: 12, untilHour: 13, utcOffsetMinutes: 0 }, at('12:30'))).toBe(hourMs / 2)
})

test('quiet hours without an offset are those of the time zone, also on the days on which clocks change', () => {
  const night = { fromHour: 22, untilHour: 7 }
  const until = (text: string, zone?: string) => {
    const now = Temporal.Instant.from(text)
    return now.add({ milliseconds: quietForMs(night, now, zone) }).toString()
  }
  expect(until('2026-07-15T20:30:00Z', 'Europe/Vienna')).toBe('2026-07-16T05:00:00Z')
  expect(until('2026-01-15T21:30:00Z', 'Europe/Vienna')).toBe('2026-01-16T06:00:00Z')
  expect(until('2026-01-15T20:30:00Z', 'Europe/Vienna')).toBe('2026-01-15T20:30:00Z')
  // clocks go forward at 01:00Z and back at 01:00Z
  expect(until('2026-03-28T23:30:00Z', 'Europe/Vienna')).toBe('2026-03-29T05:00:00Z')
  expect(until('2026-10-24T23:30:00Z', 'Europe/Vienna')).toBe('2026-10-25T06:00:00Z')
  expect(until('2026-07-15T22:30:00Z')).toBe('2026-07-16T07:00:00Z')
})

test('codes and sums are worded for people', () => {
  expect(reasonInWords('payment.declined', 'en')).toBe('the payment was declined')
  expect(reasonInWords('payment.declined', 'de')).toBe('die Zahlung wurde abgelehnt')
  expect(reasonInWords('internal', 'en')).toBe('something went wrong on our side')
  expect(moneyInWords({ amount: 1_999, currency: 'EUR' }, 'en')).toBe('€19.99')
  expect(moneyInWords({ amount: 1_999, currency: 'JPY' }, 'en')).toBe('¥1,999')
})
