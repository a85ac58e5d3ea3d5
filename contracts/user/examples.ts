import type { Examples } from '@stoa/contract'
import type * as addresses from './addresses-http.ts'
import type * as http from './http.ts'
import type * as passkeys from './passkeys-http.ts'
import type * as preferences from './preferences-http.ts'
import type * as secondFactor from './second-factor-http.ts'

const credentials = { email: 'cora@stoa.example', password: 'a-long-password' } as const
const address = {
  label: 'Home',
  name: 'Cora Contract',
  line1: 'Lange Gasse 1',
  line2: 'Tür 4',
  city: 'Wien',
  postalCode: '1080',
  country: 'AT',
  isDefault: true,
} as const

const createdCredential = {
  id: '3q2-7wAAAAAAAAAAAAAAAA',
  response: {
    clientDataJSON: 'eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0',
    attestationObject: 'o2NmbXRkbm9uZQ',
    transports: ['internal'],
  },
} as const

/** Examples of the operations of user. */
export const userExamples: Examples<
  typeof http & typeof preferences & typeof addresses & typeof secondFactor & typeof passkeys
> = {
  registerUser: {
    body: { ...credentials, name: 'Cora Contract', locale: 'en' },
    unique: (suffix) => ({ email: `${suffix}@stoa.example`, password: `${suffix}-good` }),
  },
  createGuest: {
    body: { email: 'cora@stoa.example', locale: 'en' },
    unique: (suffix) => ({ email: `${suffix}@stoa.example` }),
  },
  authenticate: { body: credentials },
  authenticateAtAuth: { body: credentials },
  login: { body: credentials },
  changePassword: {
    body: { currentPassword: 'a-long-password', newPassword: 'a-longer-password', keepApiKeys: true },
  },
  forgotPassword: { body: { email: 'cora@stoa.example' } },
  resetPassword: {
    body: { token: 'Yh0o6Dk2cYy1gE5mZp3sVwJxq8uTn4Rb7LaKfIe9MXc', newPassword: 'a-longer-password', keepApiKeys: true },
  },
  unlockUser: { body: { token: 'Yh0o6Dk2cYy1gE5mZp3sVwJxq8uTn4Rb7LaKfIe9MXc' } },
  verifyEmail: { body: { token: 'Yh0o6Dk2cYy1gE5mZp3sVwJxq8uTn4Rb7LaKfIe9MXc' } },
  replaceProfile: { body: { name: 'Cora Contract', locale: 'en' } },
  patchProfile: { body: { name: 'Cora Contract', locale: 'en' } },
  replacePreferences: { body: { locale: 'de-AT', timeZone: 'Europe/Vienna' } },
  setTier: { body: { tier: 'premium', roles: ['customer'] } },
  searchUsers: { query: { q: 'cora' } },
  enableSecondFactor: { body: { password: 'a-long-password' } },
  verifySecondFactor: { body: { otp: '123456' } },
  disableSecondFactor: { body: { password: 'a-long-password', otp: '123456' } },
  beginPasskey: { body: { password: 'a-long-password' } },
  addPasskey: { body: { name: 'Phone', credential: createdCredential } },
  renamePasskey: { body: { name: 'Old phone' } },
  addAddress: { body: address },
  replaceAddress: { body: address },
}
