import { expect, test } from 'vitest'
import { asCaller, staticIdentity } from './static-identity.ts'

const access = { roles: { customer: ['expense:read'] }, scopes: { stoa: 'all' as const } }
const identity = staticIdentity(access, 'expense')

test('believes a caller', async () => {
  const principal = await identity.authenticate(asCaller({ subject: 'ada' }))
  expect([principal.subject, principal.can('expense:read')]).toEqual(['ada', true])
})

test('refuses a token that names no caller', async () => {
  for (const value of [
    'null',
    '{}',
    '{"subject":5}',
    '{"subject":"ada","roles":"admin"}',
    '{"subject":"ada","roles":[1]}',
    '"',
  ])
    await expect(identity.authenticate(`Bearer ${Buffer.from(value).toString('base64url')}`)).rejects.toMatchObject({
      code: 'auth.token_invalid',
    })
})
