import { isAppError } from '@stoa/kernel'
import { expect, test } from 'vitest'
import { createPasswords } from './passwords.ts'

const cost = { memoryKib: 64, passes: 1, parallelism: 1 }

test('hashes with a salt of its own at OWASP cost, as a PHC string', async () => {
  const { hashPassword, verifyPassword, needsRehash } = createPasswords()
  const stored = await hashPassword('stoa-demo-only')
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  expect(await hashPassword('stoa-demo-only')).not.toBe(stored)
  expect(await verifyPassword('stoa-demo-only', stored)).toBe(true)
  expect(await verifyPassword('stoa-demo-onlz', stored)).toBe(false)
  expect(needsRehash(stored)).toBe(false)
})

test('agrees with the reference implementation', async () => {
  // RFC 9106 has no vector without secret and associated data; this one is from the reference command line:
  // echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1
  const stored = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
  expect(await createPasswords().verifyPassword('password', stored)).toBe(true)
  expect(createPasswords().needsRehash(stored)).toBe(true)
})

test('takes a password typed composed or decomposed for the same', async () => {
  const { hashPassword, verifyPassword } = createPasswords({ cost })
  expect(await verifyPassword('cafe\u0301', await hashPassword('caf\u00e9'))).toBe(true)
})

test('refuses everything for an unknown account and for a stored text that is no hash', async () => {
  const { verifyPassword } = createPasswords({ cost })
  expect(await verifyPassword('', undefined)).toBe(false)
  for (const stored of ['', 'stoa-demo-only', '$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA']) {
    expect(await verifyPassword('stoa-demo-only', stored)).toBe(false)
  }
})

test('computes a bounded number at once and refuses when too many wait', async () => {
  const { hashPassword } = createPasswords({ cost, maxConcurrent: 1, maxWaiting: 2 })
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => hashPassword('x')))
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected'])
  const refused = outcomes.find((outcome) => outcome.status === 'rejected')
  expect(isAppError(refused?.reason, 'service.unavailable')).toBe(true)
  expect(await hashPassword('x')).toContain('$argon2id$')
})
