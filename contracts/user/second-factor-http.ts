import { closed, get, post, remove } from '@stoa/contract'
import { Type } from 'typebox'
import { UserId } from '../shared/ids.ts'
import { NewSecondFactor, OneTimeCode, SecondFactor } from './resources.ts'

const CurrentPassword = Type.String({ minLength: 1, maxLength: 200 })

const change = {
  params: { id: UserId },
  permission: 'user:write',
  owner: 'path:id',
  // a record would contain the secret, or a fast hash of the password
  idempotencyKey: 'none',
  external: true,
  rateClass: 'critical',
} as const

/** GET /api/v1/users/{id}/mfa */
export const getSecondFactor = get('/api/v1/users/{id}/mfa', {
  params: { id: UserId },
  summary: 'Read whether an account has a second factor, and how many recovery codes are left',
  permission: 'user:read',
  owner: 'path:id',
  answers: { 200: SecondFactor },
  refuses: ['user.not_found'],
})

/** POST /api/v1/users/{id}/mfa/enable */
export const enableSecondFactor = post('/api/v1/users/{id}/mfa/enable', {
  ...change,
  audited: true,
  summary:
    'Begin to enable a second factor: the address for an authenticator app and the recovery codes are shown only in this response',
  checksPassword: true,
  body: Type.Object({ password: CurrentPassword }, closed),
  answers: { 200: NewSecondFactor },
  refuses: ['user.not_found', 'user.credentials_wrong', 'user.locked', 'user.mfa_enabled'],
})

/** POST /api/v1/users/{id}/mfa/verify */
export const verifySecondFactor = post('/api/v1/users/{id}/mfa/verify', {
  ...change,
  audited: true,
  summary:
    'Finish enabling a second factor with a first code; from then on a sign-in needs a code, and every other session ends',
  body: Type.Object({ otp: OneTimeCode }, closed),
  answers: { 204: null },
  refuses: ['user.not_found', 'user.otp_wrong', 'user.locked', 'user.mfa_enabled', 'user.mfa_not_enabled'],
})

/** POST /api/v1/users/{id}/mfa/disable */
export const disableSecondFactor = post('/api/v1/users/{id}/mfa/disable', {
  ...change,
  audited: true,
  summary: 'Disable the second factor, with the password and a code or a recovery code; every other session ends',
  checksPassword: true,
  body: Type.Object({ password: CurrentPassword, otp: OneTimeCode }, closed),
  answers: { 204: null },
  refuses: ['user.not_found', 'user.credentials_wrong', 'user.otp_wrong', 'user.locked', 'user.mfa_not_enabled'],
})

/** DELETE /api/v1/users/{id}/mfa */
export const resetSecondFactor = remove('/api/v1/users/{id}/mfa', {
  params: { id: UserId },
  summary:
    'Remove the second factor of a person who has lost the app and the recovery codes; every session ends (admin)',
  permission: 'user:manage',
  audited: true,
  owner: 'none',
  external: true,
  answers: { 204: null },
  refuses: ['user.not_found', 'user.mfa_not_enabled', 'user.mfa_own'],
})
