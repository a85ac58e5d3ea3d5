import { deriveChangingKeys } from '@stoa/security'
import { expect, test } from 'vitest'
import { openSecret, sealSecret } from './secrets.ts'

const keysOf = (secret: string, other?: string) =>
  deriveChangingKeys({ secret: secret.padEnd(32, '-'), other: other?.padEnd(32, '-') }, 'webhook endpoints')

test('a secret is opened with the key that has sealed it, for its endpoint alone', () => {
  const sealed = sealSecret(keysOf('first'), 'endpoint', 'whsec_x')
  expect(openSecret(keysOf('first'), 'endpoint', sealed)).toEqual({ secret: 'whsec_x', sealedAnew: undefined })
  expect(() => openSecret(keysOf('first'), 'other endpoint', sealed)).toThrow('cannot be decrypted')
})

test('after a change of the key, a secret is sealed with the next one', () => {
  const sealed = sealSecret(keysOf('former'), 'endpoint', 'whsec_x')
  const { secret, sealedAnew } = openSecret(keysOf('next', 'former'), 'endpoint', sealed)
  expect(secret).toBe('whsec_x')
  expect(openSecret(keysOf('next'), 'endpoint', sealedAnew as Buffer).secret).toBe('whsec_x')
  expect(() => openSecret(keysOf('next'), 'endpoint', sealed)).toThrow('NOTIFICATION_SECRET_OTHER')
})
