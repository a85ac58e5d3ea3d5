import { expect } from 'vitest'
import { codeOf } from '../second-factor.ts'
import { ask, password, signIn } from './shop.ts'

/** The account that a token was issued for. */
export function ownAccount(token: string): { readonly id: string } {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sub: string }
  return { id: claims.sub }
}

/** Switches a second factor on with the token `as`; `app` is the authenticator app that has its secret. */
export async function withSecondFactor(email: string) {
  const as = await signIn(email)
  const { id } = ownAccount(as)
  const enabled = await ask('POST', `/api/v1/users/${id}/mfa/enable`, { as, body: { password } })
  expect(enabled.status).toBe(200)
  const { otpauthUri, recoveryCodes } = enabled.body as { otpauthUri: string; recoveryCodes: string[] }
  const verified = await ask('POST', `/api/v1/users/${id}/mfa/verify`, { as, body: { otp: codeOf(otpauthUri) } })
  expect(verified.status).toBe(204)
  return { as, app: (distance: number) => codeOf(otpauthUri, distance), recoveryCodes }
}
