import { blobSettings } from '@stoa/blobs'
import { defineConfig, serviceSettings, setting } from '@stoa/config'
import { support } from '@stoa/contracts/support/service'
import { Type } from 'typebox'

const timeOfDay = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description: 'a time such as 09:00' })
const minutesByPriority = Type.Array(Type.Integer({ minimum: 1, maximum: 100_000 }), { minItems: 4, maxItems: 4 })
const days = Type.Integer({ minimum: 1, maximum: 36_500 })

/** The settings of support. */
export const config = defineConfig('support', {
  ...serviceSettings('support', support.port),
  ...blobSettings,
  SUPPORT_TIME_ZONE: setting(Type.String({ minLength: 1 }), {
    default: 'Europe/Vienna',
    doc: 'Time zone of the business hours of support (IANA).',
  }),
  SUPPORT_WEEKDAYS: setting(Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { minItems: 1, maxItems: 7 }), {
    default: [1, 2, 3, 4, 5],
    doc: 'Days of the week on which support works, 1 (Monday) to 7 (Sunday).',
  }),
  SUPPORT_OPENS_AT: setting(timeOfDay, { default: '09:00', doc: 'Time of day at which business hours begin.' }),
  SUPPORT_CLOSES_AT: setting(timeOfDay, {
    default: '17:00',
    doc: 'Time of day at which business hours end, later than SUPPORT_OPENS_AT.',
  }),
  SUPPORT_HOLIDAYS: setting(Type.Array(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }), { maxItems: 1_000 }), {
    default: [],
    doc: 'Days on which support does not work, such as 2026-12-25.',
  }),
  FIRST_RESPONSE_MINUTES: setting(minutesByPriority, {
    default: [60, 240, 480, 960],
    unit: 'min',
    doc: 'Business time until the first reply to an urgent, high, normal and low ticket.',
  }),
  RESOLUTION_MINUTES: setting(minutesByPriority, {
    default: [480, 960, 1_920, 4_800],
    unit: 'min',
    doc: 'Business time until an urgent, high, normal and low ticket is resolved.',
  }),
  SILENCE_DAYS: setting(days, {
    default: 30,
    unit: 'days',
    doc: 'Time after which a ticket is resolved that waits for the reply of its customer, and a conversation without messages is closed.',
  }),
  REOPEN_DAYS: setting(days, {
    default: 7,
    unit: 'days',
    doc: 'Time within which a reply of the customer reopens a resolved ticket; then the ticket is closed.',
  }),
  TICKET_RETENTION_DAYS: setting(days, {
    default: 730,
    unit: 'days',
    doc: 'Time after which a closed ticket or conversation is deleted with its messages.',
  }),
  TICKETS_PER_DAY: setting(Type.Integer({ minimum: 1, maximum: 1_000_000 }), {
    default: 20,
    doc: 'Tickets that one account can open within 24 hours.',
  }),
  TICKET_MESSAGES_PER_DAY: setting(Type.Integer({ minimum: 1, maximum: 1_000_000 }), {
    default: 200,
    doc: 'Messages that one account can send to its tickets within 24 hours.',
  }),
  CHAT_CONVERSATIONS_PER_DAY: setting(Type.Integer({ minimum: 1, maximum: 1_000_000 }), {
    default: 20,
    doc: 'Conversations of the chat that one account can open within 24 hours.',
  }),
  TICKET_ATTACHMENTS_PER_DAY: setting(Type.Integer({ minimum: 1, maximum: 1_000_000 }), {
    default: 50,
    doc: 'Files that one account can attach to its tickets within 24 hours.',
  }),
})
