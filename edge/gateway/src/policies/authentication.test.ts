import { platformError, systemClock } from '@stoa/kernel'
import { anonymous, createProofVerifier, type Claims, type Principal } from '@stoa/security'
import { expect, test } from 'vitest'
import type { RequestHead } from '../exchange.ts'
import type { Route } from '../routes/route.ts'
import { authentication } from './authentication.ts'

const ofAda: Claims = {
  iss: 'i',
  sub: 'ada',
  aud: 'stoa',
  exp: 0,
  iat: 0,
  jti: 'a',
  client_id: 'program',
  scope: 'stoa',
  roles: ['customer'],
  tier: 'free',
}

function claimsOf(token: string): Claims {
  if (token === 'ada') return ofAda
  if (token === 'bound') return { ...ofAda, cnf: { jkt: 'the thumbprint of a key' } }
  throw platformError('auth.token_invalid', 'no token')
}

const principal = { ...anonymous, kind: 'user', subject: 'ada' } as Principal

/** Who the gateway takes the sender for, or the code of its refusal; at once for a token that was verified before. */
async function callerOf(authorization: string, permission: string, isKnown: boolean) {
  const authenticate = authentication({
    verifier: { verify: (token) => (isKnown ? claimsOf(token) : Promise.resolve().then(() => claimsOf(token))) },
    proofs: createProofVerifier({ clock: systemClock }),
    origin: 'https://shop.example',
    principalOf: () => principal,
  })
  const head = { method: 'GET', path: '/api/v1/products', headers: { authorization } } as unknown as RequestHead
  try {
    return (await authenticate(head, { permission, checksCallers: false } as unknown as Route)).subject
  } catch (error) {
    return (error as { readonly code?: string }).code
  }
}

test.each([true, false])('a public route ignores what is no valid token (verified before: %s)', async (isKnown) => {
  expect(await callerOf('Bearer ada', 'public', isKnown)).toBe('ada')
  expect(await callerOf('Bearer nobody', 'public', isKnown)).toBe(anonymous.subject)
  expect(await callerOf('DPoP nobody', 'public', isKnown)).toBe(anonymous.subject)
  expect(await callerOf('Basic YTpi', 'public', isKnown)).toBe(anonymous.subject)
  expect(await callerOf('Bearer nobody', 'order:read', isKnown)).toBe('auth.token_invalid')
})

test.each([true, false])(
  'a token without the proof of its key is refused on public routes too, as services would take it for its account (verified before: %s)',
  async (isKnown) => {
    for (const permission of ['public', 'order:read']) {
      expect(await callerOf('Bearer bound', permission, isKnown)).toBe('auth.token_invalid')
      expect(await callerOf('DPoP bound', permission, isKnown)).toBe('auth.proof_invalid')
    }
  },
)
