import { get, PageQuery, pageSchema, patch, post, put, remove } from '@stoa/contract'
import { Type } from 'typebox'
import { closed } from '../closed.ts'
import { UserId } from '../ids.ts'
import { Address, Authentication, Email, Locale, NewAddress, Password, Profile, Tokens, User } from './resources.ts'

const page = Type.Object({ ...PageQuery }, closed)

/** POST /api/v1/users */
export const registerUser = post('/api/v1/users', {
  summary: 'Register an account',
  permission: 'public',
  owner: 'none',
  // its record would keep a fast hash of the password; a repeat finds the address taken
  idempotencyKey: 'none',
  rateClass: 'critical',
  body: Type.Object(
    {
      email: Email,
      password: Password,
      name: Type.String({ minLength: 1, maxLength: 200 }),
      locale: Type.Optional(Locale),
    },
    closed,
  ),
  answers: { 201: User },
  refuses: ['user.email_taken', 'user.password_weak'],
})

/** POST /api/v1/users/guest */
export const createGuest = post('/api/v1/users/guest', {
  summary: 'Make a guest who can check out, and sign it in',
  permission: 'public',
  owner: 'none',
  idempotencyKey: 'none',
  rateClass: 'critical',
  body: Type.Object({ email: Email, locale: Type.Optional(Locale) }, closed),
  answers: { 201: Type.Object({ user: User, ...Tokens.properties }) },
})

const Credentials = Type.Object(
  {
    email: Type.String({ minLength: 1, maxLength: 254 }),
    password: Type.String({ minLength: 1, maxLength: 200 }),
    otp: Type.Optional(Type.String({ maxLength: 20 })),
  },
  closed,
)
const signIn = {
  permission: 'public',
  owner: 'none',
  idempotencyKey: 'none',
  external: true,
  rateClass: 'critical',
  body: Credentials,
  answers: { 200: Tokens },
  refuses: ['user.credentials_wrong', 'user.locked', 'user.otp_wrong'],
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

/** GET /api/v1/users */
export const listUsers = get('/api/v1/users', {
  summary: 'List the accounts (admin)',
  permission: 'user:list',
  owner: 'none',
  query: page,
  answers: { 200: pageSchema(User) },
})

/** GET /api/v1/users/search */
export const searchUsers = get('/api/v1/users/search', {
  summary: 'Find accounts by a part of name or e-mail (admin)',
  permission: 'user:list',
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
  summary: 'Change some of the profile of an account',
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
  summary: 'Erase an account: it is anonymised everywhere',
  permission: 'user:write',
  owner: 'path:id',
  answers: { 204: null },
  refuses: ['user.not_found'],
})

/** PUT /api/v1/users/{id}/tier */
export const setTier = put('/api/v1/users/{id}/tier', {
  params: { id: UserId },
  summary: 'Set the tier or the roles of an account (admin)',
  permission: 'user:manage',
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
  refuses: ['user.not_found', 'user.role_unknown'],
})

/** POST /api/v1/users/{id}/password */
export const changePassword = post('/api/v1/users/{id}/password', {
  params: { id: UserId },
  summary: 'Change the password; every session ends',
  permission: 'user:write',
  owner: 'path:id',
  idempotencyKey: 'none',
  external: true,
  body: Type.Object({ currentPassword: Type.String({ minLength: 1, maxLength: 200 }), newPassword: Password }, closed),
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

/** GET /api/v1/users/{id}/authentications */
export const listAuthentications = get('/api/v1/users/{id}/authentications', {
  params: { id: UserId },
  summary: 'Every attempt to sign in, newest first',
  permission: 'user:read',
  owner: 'path:id',
  query: page,
  answers: { 200: pageSchema(Authentication) },
})

/** GET /api/v1/users/{userId}/addresses */
export const listAddresses = get('/api/v1/users/{userId}/addresses', {
  params: { userId: UserId },
  summary: 'List the addresses of an account',
  permission: 'user:read',
  owner: 'path:userId',
  query: page,
  answers: { 200: pageSchema(Address) },
})

/** POST /api/v1/users/{userId}/addresses */
export const addAddress = post('/api/v1/users/{userId}/addresses', {
  params: { userId: UserId },
  summary: 'Add an address to an account',
  permission: 'user:write',
  owner: 'path:userId',
  body: NewAddress,
  answers: { 201: Address },
  refuses: ['user.not_found'],
})

/** GET /api/v1/users/{userId}/addresses/{id} */
export const getAddress = get('/api/v1/users/{userId}/addresses/{id}', {
  params: { userId: UserId, id: Address.properties.id },
  summary: 'Read an address',
  permission: 'user:read',
  owner: 'path:userId',
  answers: { 200: Address },
  refuses: ['user.address_not_found'],
})

/** PUT /api/v1/users/{userId}/addresses/{id} */
export const replaceAddress = put('/api/v1/users/{userId}/addresses/{id}', {
  params: { userId: UserId, id: Address.properties.id },
  summary: 'Replace an address',
  permission: 'user:write',
  owner: 'path:userId',
  body: NewAddress,
  answers: { 200: Address },
  refuses: ['user.address_not_found'],
})

/** DELETE /api/v1/users/{userId}/addresses/{id} */
export const deleteAddress = remove('/api/v1/users/{userId}/addresses/{id}', {
  params: { userId: UserId, id: Address.properties.id },
  summary: 'Forget an address',
  permission: 'user:write',
  owner: 'path:userId',
  answers: { 204: null },
  refuses: ['user.address_not_found'],
})
