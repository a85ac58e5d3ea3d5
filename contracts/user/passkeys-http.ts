import { closed, get, nameText, PageQuery, pageSchema, patch, post, remove } from '@stoa/contract'
import { Type } from 'typebox'
import { UserId } from '../shared/ids.ts'
import { CreatedCredential, CreationOptions, MAX_PASSKEYS, Passkey } from './passkeys.ts'
import { OneTimeCode } from './resources.ts'

const page = Type.Object({ ...PageQuery }, closed)
const one = { id: UserId, passkeyId: Passkey.properties.id }

const addition = {
  params: { id: UserId },
  permission: 'user:write',
  owner: 'path:id',
  // a challenge counts once
  idempotencyKey: 'none',
  external: true,
  audited: true,
  rateClass: 'critical',
} as const

/** GET /api/v1/users/{id}/passkeys */
export const listPasskeys = get('/api/v1/users/{id}/passkeys', {
  params: { id: UserId },
  summary: 'List the passkeys of an account, with when each was last used',
  permission: 'user:read',
  owner: 'path:id',
  query: page,
  answers: { 200: pageSchema(Passkey) },
})

/** POST /api/v1/users/{id}/passkeys/options */
export const beginPasskey = post('/api/v1/users/{id}/passkeys/options', {
  ...addition,
  summary:
    'Begin to add a passkey, with the password, and a code if the account has a second factor: the options for `navigator.credentials.create`, valid once and for five minutes',
  checksPassword: true,
  body: Type.Object(
    { password: Type.String({ minLength: 1, maxLength: 200 }), otp: Type.Optional(OneTimeCode) },
    closed,
  ),
  answers: { 200: CreationOptions },
  refuses: [
    'user.not_found',
    'user.credentials_wrong',
    'user.locked',
    'user.otp_required',
    'user.otp_wrong',
    'user.otp_unexpected',
    'user.passkey_limit',
  ],
})

/** POST /api/v1/users/{id}/passkeys */
export const addPasskey = post('/api/v1/users/{id}/passkeys', {
  ...addition,
  summary: `Add the passkey that the browser made with the options, up to ${MAX_PASSKEYS} for an account`,
  body: Type.Object({ name: nameText(100), credential: CreatedCredential }, closed),
  answers: { 201: Passkey },
  refuses: ['user.not_found', 'user.passkey_refused', 'user.passkey_taken', 'user.passkey_limit'],
})

/** PATCH /api/v1/users/{id}/passkeys/{passkeyId} */
export const renamePasskey = patch('/api/v1/users/{id}/passkeys/{passkeyId}', {
  params: one,
  summary: 'Change the name of a passkey',
  permission: 'user:write',
  owner: 'path:id',
  body: Type.Object({ name: nameText(100) }, closed),
  answers: { 200: Passkey },
  refuses: ['user.passkey_not_found'],
})

/** DELETE /api/v1/users/{id}/passkeys/{passkeyId} */
export const removePasskey = remove('/api/v1/users/{id}/passkeys/{passkeyId}', {
  params: one,
  summary: 'Remove a passkey; every other session ends',
  permission: 'user:write',
  audited: true,
  owner: 'path:id',
  external: true,
  answers: { 204: null },
  refuses: ['user.not_found', 'user.passkey_not_found'],
})
