import { expect, test } from 'vitest'
import { readCode } from '../domain/second-factor.ts'
import { hashRecoveryCode, makeRecoveryCodes } from './recovery-codes.ts'

test('ten recovery codes differ, and are read as such', () => {
  const codes = makeRecoveryCodes()
  expect(new Set(codes).size).toBe(10)
  for (const code of codes) expect(readCode(code)).toEqual({ kind: 'recovery', code: code.replaceAll('-', '') })
})

test('what is kept of a recovery code is bound to its factor, and not to hyphens', () => {
  const [code = ''] = makeRecoveryCodes()
  expect(hashRecoveryCode('a', code)).toBe(hashRecoveryCode('a', code.replaceAll('-', '')))
  expect(hashRecoveryCode('a', code)).not.toBe(hashRecoveryCode('b', code))
})
