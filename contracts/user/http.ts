import { closed, get, nameText, PageQuery, pageSchema, patch, post, put, remove } from '@stoa/contract'
import { Type } from 'typebox'
import { UserId } from '../shared/ids.ts'
import { Locale } from '../shared/locale.ts'
import { Authentication, Email, OneTimeCode, Password, Profile, Tokens, User } from './resources.ts'

const page = Type.Object({ ...PageQuery }, closed)

/** POST /api/v1/users */
export const registerUser = post('/api/v1/users', {
  summary: 'Register an account',
  permission: 'public',
  owner: 'none',
  // the record would contain a fast hash of the password; a repeated request finds the address taken
  idempotencyKey: 'none',
  rateClass: 'critical',
  body: Type.Object(
    {
      email: Email,
      password: Password,
      name: nameText(200),
      locale: Type.Optional(Locale),
    },
    closed,
  ),
  answers: { 201: User },
  refuses: ['user.email_taken', 'user.email_unsupported', 'user.password_weak'],
})

/** POST /api/v1/users/guest */
export const createGuest = post('/api/v1/users/guest', {
  summary: 'Create a guest account that can check out, and sign it in',
  permission: 'public',
  owner: 'none',
  idempotencyKey: 'none',
  rateClass: 'critical',
  body: Type.Object({ email: Email, locale: Type.Optional(Locale) }, closed),
  answers: { 201: Type.Object({ user: User, ...Tokens.properties }) },
  refuses: ['user.email_unsupported'],
})

const Credentials = Type.Object(
  {
    email: Type.String({ minLength: 1, maxLength: 254 }),
    password: Type.String({ minLength: 1, maxLength: 200 }),
    otp: Type.Optional(OneTimeCode),
  },
  closed,
)
const signIn = {
  permission: 'public',
  owner: 'none',
  idempotencyKey: 'none',
  external: true,
  rateClass: 'critical',
  checksPassword: true,
  body: Credentials,
  answers: { 200: Tokens },
  refuses: ['user.credentials_wrong', 'user.locked', 'user.otp_required', 'user.otp_wrong', 'user.otp_unexpected'],
} as const

/** POST /api/v1/users/authenticate */
export const authenticate = post('/api/v1/users/authenticate', {
  ...signIn,
  summary: 'Sign in with e-mail and password',
})

/** POST /api/v1/users/login */
export const login = post('/api/v1/users/login', {
  ...signIn,
  summary: 'Sign in with e-mail and password (same as authenticate)',
})

/** POST /api/v1/auth/authenticate */
export const authenticateAtAuth = post('/api/v1/auth/authenticate', {
  ...signIn,
  summary: 'Sign in with e-mail and password: the same as /api/v1/users/authenticate',
})

/** GET /api/v1/users */
export const listUsers = get('/api/v1/users', {
  summary: 'List the accounts (admin)',
  permission: 'user:list',
  audited: true,
  owner: 'none',
  query: page,
  answers: { 200: pageSchema(User) },
})

/** GET /api/v1/users/search */
export const searchUsers = get('/api/v1/users/search', {
  summary: 'Find accounts by a part of their name or e-mail address (admin)',
  permission: 'user:list',
  audited: true,
  owner: 'none',
  query: Type.Object({ ...PageQuery, q: Type.String({ minLength: 3, maxLength: 100 }) }, closed),
  answers: { 200: pageSchema(User) },
})

/** GET /api/v1/users/{id} */
export const getUser = get('/api/v1/users/{id}', {
  params: { id: UserId },
  summary: 'Read an account',
  permission: 'user:read',
  owner: 'path:id',
  answers: { 200: User },
  refuses: ['user.not_found'],
})

/** PUT /api/v1/users/{id} */
export const replaceProfile = put('/api/v1/users/{id}', {
  params: { id: UserId },
  summary: 'Replace the profile of an account',
  permission: 'user:write',
  owner: 'path:id',
  body: Profile,
  answers: { 200: User },
  answersWith: 'getUser',
  refuses: ['user.not_found'],
})

/** PATCH /api/v1/users/{id} */
export const patchProfile = patch('/api/v1/users/{id}', {
  params: { id: UserId },
  summary: 'Change some fields of the profile of an account',
  permission: 'user:write',
  owner: 'path:id',
  body: Type.Partial(Profile, closed),
  answers: { 200: User },
  answersWith: 'getUser',
  refuses: ['user.not_found'],
})

/** DELETE /api/v1/users/{id} */
export const deleteUser = remove('/api/v1/users/{id}', {
  params: { id: UserId },
  summary: 'Erase an account: every service anonymises its data, and its sessions end',
  permission: 'user:write',
  audited: true,
  owner: 'path:id',
  external: true,
  answers: { 204: null },
  refuses: ['user.not_found', 'user.last_admin'],
})

/** PUT /api/v1/users/{id}/tier */
export const setTier = put('/api/v1/users/{id}/tier', {
  params: { id: UserId },
  summary: 'Set the tier or the roles of an account (admin)',
  permission: 'user:manage',
  audited: true,
  owner: 'none',
  body: Type.Object(
    {
      tier: Type.Optional(Type.Enum(['free', 'premium', 'enterprise'])),
      roles: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 10 })),
    },
    closed,
  ),
  answers: { 200: User },
  answersWith: 'getUser',
  refuses: ['user.not_found', 'user.role_unknown', 'user.last_admin'],
})

/** POST /api/v1/users/{id}/password */
export const changePassword = post('/api/v1/users/{id}/password', {
  params: { id: UserId },
  summary: 'Change the password; every session ends, and every API key is deleted unless `keepApiKeys` is true',
  permission: 'user:write',
  audited: true,
  owner: 'path:id',
  idempotencyKey: 'none',
  external: true,
  checksPassword: true,
  body: Type.Object(
    {
      currentPassword: Type.String({ minLength: 1, maxLength: 200 }),
      newPassword: Password,
      keepApiKeys: Type.Optional(
        Type.Boolean({ default: false, description: 'keep the API keys; their current tokens are revoked' }),
      ),
    },
    closed,
  ),
  answers: { 204: null },
  refuses: ['user.not_found', 'user.credentials_wrong', 'user.password_weak', 'user.locked'],
})

/** POST /api/v1/users/unlock */
export const unlockUser = post('/api/v1/users/unlock', {
  summary: 'Unlock an account with the link sent to its owner',
  permission: 'public',
  owner: 'none',
  idempotencyKey: 'none',
  rateClass: 'critical',
  body: Type.Object({ token: Type.String({ minLength: 1, maxLength: 200 }) }, closed),
  answers: { 204: null },
  refuses: ['user.token_invalid'],
})

const LinkToken = Type.String({ minLength: 1, maxLength: 200 })
const byLink = { permission: 'public', owner: 'none', idempotencyKey: 'none', rateClass: 'critical' } as const

/** POST /api/v1/users/forgot-password */
export const forgotPassword = post('/api/v1/users/forgot-password', {
  ...byLink,
  summary: 'Send a password reset link if the address has an account; at most once a minute',
  body: Type.Object({ email: Email }, closed),
  answers: { 202: null },
})

/** POST /api/v1/users/reset-password */
export const resetPassword = post('/api/v1/users/reset-password', {
  ...byLink,
  external: true,
  summary:
    'Set a new password with a reset link; every session ends, and every API key is deleted unless `keepApiKeys` is true',
  body: Type.Object(
    { token: LinkToken, newPassword: Password, keepApiKeys: Type.Optional(Type.Boolean({ default: false })) },
    closed,
  ),
  answers: { 204: null },
  refuses: ['user.token_invalid', 'user.password_weak'],
})

/** POST /api/v1/users/verify-email */
export const verifyEmail = post('/api/v1/users/verify-email', {
  ...byLink,
  summary: 'Verify an e-mail address with the link sent to it',
  body: Type.Object({ token: LinkToken }, closed),
  answers: { 204: null },
  refuses: ['user.token_invalid'],
})

/** POST /api/v1/users/{id}/email-verification */
export const requestEmailVerification = post('/api/v1/users/{id}/email-verification', {
  params: { id: UserId },
  summary: 'Send another verification link to the e-mail address; at most once a minute',
  permission: 'user:write',
  owner: 'path:id',
  rateClass: 'critical',
  answers: { 202: null },
  refuses: ['user.not_found'],
})

/** GET /api/v1/users/{id}/authentications */
export const listAuthentications = get('/api/v1/users/{id}/authentications', {
  params: { id: UserId },
  summary: 'List every sign-in attempt, newest first',
  permission: 'user:read',
  owner: 'path:id',
  query: page,
  answers: { 200: pageSchema(Authentication) },
})
