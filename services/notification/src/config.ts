import { defineConfig, secret, serviceSettings, setting, url } from '@stoa/config'
import { notification } from '@stoa/contracts/notification/service'
import { Type } from 'typebox'

/** The settings of notification. */
export const config = defineConfig('notification', {
  ...serviceSettings('notification', notification.port),
  SMTP_URL: secret(url('smtp', 'smtps'), {
    optional: true,
    doc: 'Server that e-mails go out by; without it they stay in the local inbox.',
  }),
  MAIL_FROM: setting(Type.String({ minLength: 3 }), { default: 'Stoa <shop@stoa.example>', doc: 'Sender of e-mails.' }),
  STAFF_INBOX: setting(Type.String({ format: 'uuid' }), {
    default: '00000000-0000-7000-8000-000000000000',
    doc: 'Account whose inbox holds what the shop’s staff is told.',
  }),
})
