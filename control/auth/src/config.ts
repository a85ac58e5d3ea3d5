import { defineConfig, secret, serviceSettings, setting } from '@stoa/config'
import { Type } from 'typebox'

const serviceSecret = Type.String({
  pattern: '^[a-z*][a-z-]*=.{16,}$',
  description: 'service=secret, the secret with at least 16 characters',
})

/** The settings of auth. */
export const authConfig = defineConfig('auth', {
  ...serviceSettings('auth', 8010),
  AUTH_SECRET: secret(Type.String({ minLength: 32 }), {
    embeddedDefault: 'stoa-embedded-only, never in production',
    doc: 'Secret from which the keys are derived that encrypt signing keys and sign cookies; changing it makes them unreadable.',
  }),
  SERVICE_SECRETS: secret(Type.Array(serviceSecret), {
    embeddedDefault: ['*=stoa-embedded-only'],
    doc: 'Client secret of each service, as service=secret; * stands for every service that is not listed.',
  }),
  KEY_ROTATION_DAYS: setting(Type.Integer({ minimum: 1, maximum: 365 }), {
    default: 30,
    doc: 'Days after which the signing key is rotated.',
  }),
})
