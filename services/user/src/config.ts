import { defineConfig, secret, serviceSettings, setting, url } from '@stoa/config'
import { user } from '@stoa/contracts/user/service'
import { Type } from 'typebox'

const days = Type.Integer({ minimum: 1, maximum: 36_500 })

/** The settings of user. */
export const config = defineConfig('user', {
  ...serviceSettings('user', user.port),
  USER_SECRET: secret(Type.String({ minLength: 32 }), {
    embeddedDefault: 'stoa-embedded-only, never in production',
    doc: 'Secret from which the key is derived that encrypts the secrets of second factors; without its former value in USER_SECRET_OTHER, their owners are left with their recovery codes.',
  }),
  USER_SECRET_OTHER: secret(Type.String({ minLength: 32 }), {
    optional: true,
    doc: 'Another secret that decrypts the secrets of second factors, to change USER_SECRET: the next one before, and the former one after.',
  }),
  PASSKEY_RP_ID: setting(Type.String({ format: 'hostname' }), {
    optional: true,
    doc: 'Domain for which passkeys are made (the RP ID of WebAuthn): that of AUTH_ISSUER by default, or a parent of it. Passkeys of one domain do not sign in at another.',
  }),
  PASSKEY_ORIGINS: setting(Type.Array(url('http', 'https')), {
    default: [],
    doc: 'Origins of the pages that make and use passkeys, all below PASSKEY_RP_ID; the origin of AUTH_ISSUER if empty. It has to be among them.',
  }),
  GUEST_RETENTION_DAYS: setting(days, {
    default: 30,
    unit: 'days',
    doc: 'Days after which the account of a guest is erased, unless the guest has an order that is open or was paid.',
  }),
  SIGN_IN_RETENTION_DAYS: setting(days, {
    default: 365,
    unit: 'days',
    doc: 'Days for which the attempts to sign in to an account are kept; those for an unknown address are kept for at most 30 days.',
  }),
})
