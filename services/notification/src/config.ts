import { defineConfig, secret, serviceSettings, setting, url } from '@stoa/config'
import { notification } from '@stoa/contracts/notification/service'
import { Type } from 'typebox'

const days = Type.Integer({ minimum: 1, maximum: 36_500 })

/** The settings of notification. */
export const config = defineConfig('notification', {
  ...serviceSettings('notification', notification.port),
  SMTP_URL: secret(url('smtp', 'smtps'), {
    optional: true,
    doc: 'Mail server for outgoing e-mail; if omitted, all messages are in-app messages.',
  }),
  MAIL_FOLDER: setting(Type.String({ minLength: 1 }), {
    optional: true,
    doc: 'Folder in which e-mails with a link are stored as files that only their owner can read, used if SMTP_URL is omitted.',
  }),
  MAIL_FOLDER_RETENTION_DAYS: setting(days, {
    default: 7,
    unit: 'days',
    doc: 'Days after which the files in MAIL_FOLDER are deleted.',
  }),
  NOTIFICATION_RETENTION_DAYS: setting(days, {
    default: 365,
    unit: 'days',
    doc: 'Days after which a message is deleted from its inbox, also from that of the staff.',
  }),
  MAIL_FROM: setting(Type.String({ minLength: 3 }), { default: 'Stoa <shop@stoa.example>', doc: 'Sender of e-mails.' }),
  NOTIFICATION_SECRET: secret(Type.String({ minLength: 32 }), {
    embeddedDefault: 'stoa-embedded-only, never in production',
    doc: 'Secret from which the key is derived that encrypts the secrets of webhook endpoints; without its former value in NOTIFICATION_SECRET_OTHER, nothing is sent to them until their secrets are rotated.',
  }),
  NOTIFICATION_SECRET_OTHER: secret(Type.String({ minLength: 32 }), {
    optional: true,
    doc: 'Another secret that decrypts the secrets of webhook endpoints, to change NOTIFICATION_SECRET: the next one before, and the former one after.',
  }),
  WEBHOOK_RETENTION_DAYS: setting(Type.Integer({ minimum: 1, maximum: 365 }), {
    default: 30,
    unit: 'days',
    doc: 'Days for which deliveries of webhooks are kept, also those that wait for a paused endpoint: older ones are not sent.',
  }),
  STAFF_INBOX: setting(Type.String({ format: 'uuid' }), {
    default: '00000000-0000-7000-8000-000000000000',
    doc: 'Account whose inbox receives the messages to the staff of the shop.',
  }),
  STAFF_MAIL: setting(Type.String({ pattern: '^[^\\s,@]+@[^\\s,@]+(,[^\\s,@]+@[^\\s,@]+)*$' }), {
    optional: true,
    doc: 'E-mail addresses, separated by commas, for messages to the staff of the shop.',
  }),
})
