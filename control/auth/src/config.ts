import { defineConfig, secret, serviceSettings, setting } from '@stoa/config'
import { Type } from 'typebox'

const serviceSecret = Type.String({
  pattern: '^[a-z*][a-z-]*=.{16,}$',
  description: 'service=secret, of at least 16 characters',
})

/** The settings of auth. */
export const authConfig = defineConfig('auth', {
  ...serviceSettings('auth', 8010),
  AUTH_SECRET: secret(Type.String({ minLength: 32 }), {
    embeddedDefault: 'stoa-embedded-only, never in production',
    doc: 'What the keys are derived from that encrypt the signing keys and sign cookies; another one makes them unreadable.',
  }),
  SERVICE_SECRETS: secret(Type.Array(serviceSecret), {
    embeddedDefault: ['*=stoa-embedded-only'],
    doc: 'What each service proves itself with, as service=secret; * stands for those not named.',
  }),
  KEY_ROTATION_DAYS: setting(Type.Integer({ minimum: 1, maximum: 365 }), {
    default: 30,
    doc: 'How long a signing key signs before a new one takes over.',
  }),
})
