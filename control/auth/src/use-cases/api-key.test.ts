import { fingerprint } from '@stoa/security'
import { expect, test } from 'vitest'
import { makeApiKey, scopesOutOfReach } from './api-key.ts'

const asCustomer = (requested: string[]) => scopesOutOfReach(requested, ['customer'], () => false)

test('keeps of a key its first characters and its fingerprint alone', () => {
  const made = makeApiKey()
  expect(made.key).toMatch(/^stoa_[\w-]{43}$/)
  expect(made.prefix).toHaveLength(11)
  expect(made.fingerprint).toBe(fingerprint(made.key))
  expect(makeApiKey().key).not.toBe(made.key)
})

test('lets a key reach what its account reaches, and no further', () => {
  expect(asCustomer(['order:read', 'order:place', 'service:external'])).toEqual([])
  expect(asCustomer(['order:read:any', 'order:manage', 'ops', 'service:internal'])).toEqual([
    'order:read:any',
    'order:manage',
    'ops',
    'service:internal',
  ])
  expect(scopesOutOfReach(['service:internal', 'ops'], ['admin'], () => true)).toEqual([])
})
