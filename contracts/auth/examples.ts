import type { Examples } from '@stoa/contract'
import type * as http from './http.ts'

const webClient = {
  name: 'Book club',
  applicationType: 'web',
  grantTypes: ['authorization_code', 'refresh_token'],
  redirectUris: ['https://books.example/signed-in'],
  postLogoutRedirectUris: [],
} as const

/** Examples of the operations of auth. */
export const authExamples: Examples<typeof http> = {
  checkPermissions: { body: { checks: [{ permission: 'order:read' }] } },
  createApiKey: { body: { name: 'Till', scopes: ['order:read'], expiresInDays: 1 } },
  createOAuthClient: { body: { ...webClient, isConfidential: true } },
  replaceOAuthClient: { body: webClient },
  refreshTokens: { body: { refreshToken: 'hZ4tUcW1yXbWl0mV0VYl3Q3rWZrZyqgY2R5f7mJc1xk' } },
  rotateApiKey: { body: { overlapHours: 1 } },
  rotateSigningKeys: { body: { isCompromised: false } },
}
