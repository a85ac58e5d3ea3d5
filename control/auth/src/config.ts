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
    doc: 'Secret from which the keys are derived that encrypt signing keys and sign cookies; without its former value in AUTH_SECRET_OTHER, auth does not start.',
  }),
  AUTH_SECRET_OTHER: secret(Type.String({ minLength: 32 }), {
    optional: true,
    doc: 'Another secret that decrypts signing keys and verifies cookies, to change AUTH_SECRET: the next one before, and the former one after, until the signing keys were rotated and have retired.',
  }),
  SERVICE_SECRETS: secret(Type.Array(serviceSecret), {
    embeddedDefault: ['*=stoa-embedded-only'],
    doc: 'Client secret of each service, as service=secret; * stands for every service that is not listed.',
  }),
  ROUTES_FILE: setting(Type.String({ minLength: 1 }), {
    optional: true,
    doc: 'File of `stoa publish routes` whose permissions auth knows beside those of the system; in place of the registry. Changes of it are followed.',
  }),
  KEY_ROTATION_DAYS: setting(Type.Integer({ minimum: 1, maximum: 365 }), {
    default: 30,
    doc: 'Days after which the signing key is rotated.',
  }),
})
