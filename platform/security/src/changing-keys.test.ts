import { expect, test } from 'vitest'
import { decryptWithAny, deriveChangingKeys, encryptWithFirst } from './changing-keys.ts'

const keysOf = (secret: string, other?: string) =>
  deriveChangingKeys(
    {
      secret: `${secret} secret of more than thirty-two signs`,
      other: other && `${other} secret of more than thirty-two signs`,
    },
    'test',
  )

test('decrypts with either key, and says whether it was the first', () => {
  const encrypted = encryptWithFirst(keysOf('former'), 'a', 'top secret')
  expect(decryptWithAny(keysOf('former', 'next'), 'a', encrypted)).toEqual({ text: 'top secret', isCurrent: true })
  expect(decryptWithAny(keysOf('next', 'former'), 'a', encrypted)).toEqual({ text: 'top secret', isCurrent: false })
})

test('encrypts with the first key', () => {
  const encrypted = encryptWithFirst(keysOf('next', 'former'), 'a', 'top secret')
  expect(decryptWithAny(keysOf('next'), 'a', encrypted)?.text).toBe('top secret')
  expect(decryptWithAny(keysOf('former'), 'a', encrypted)).toBeUndefined()
})

test('decrypts nothing of another context', () => {
  const encrypted = encryptWithFirst(keysOf('next', 'former'), 'a', 'top secret')
  expect(decryptWithAny(keysOf('next', 'former'), 'b', encrypted)).toBeUndefined()
})
