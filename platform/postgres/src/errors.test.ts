import { platformError } from '@stoa/kernel'
import { describe, expect, test } from 'vitest'
import { isSerializationFailure, isUniqueViolation, sqlState, toRefusal } from './errors.ts'

const databaseError = (code: string, fields: object = {}) =>
  Object.assign(new Error('from the server'), { severity: 'ERROR', code, ...fields })
const systemError = (code: string) => Object.assign(new Error(code), { code })

describe('a database that is unavailable', () => {
  const losses = [
    databaseError('57P01'),
    databaseError('57P03'),
    databaseError('08006'),
    databaseError('53300'),
    systemError('ECONNREFUSED'),
    systemError('ECONNRESET'),
    Object.assign(systemError('ENOENT'), { syscall: 'connect' }),
    new AggregateError([systemError('ECONNREFUSED')]),
    new Error('Connection terminated unexpectedly'),
    new Error('Connection terminated due to connection timeout'),
    new Error('timeout expired'),
    new Error('Client has encountered a connection error and is not queryable'),
  ]
  test.each(losses)('is told as unavailable, with the cause: %s', (loss) => {
    const refusal = toRefusal(loss)
    expect(refusal).toMatchObject({ kind: 'unavailable', code: 'database.unavailable', retryable: true, cause: loss })
  })
})

test('a full disk has a code of its own', () => {
  expect(toRefusal(databaseError('53100'))).toMatchObject({ kind: 'unavailable', code: 'database.disk_full' })
})

test('bugs and constraints stay what they are', () => {
  for (const error of [databaseError('42P01'), databaseError('23505'), new TypeError('x'), systemError('ENOENT')]) {
    expect(toRefusal(error)).toBe(error)
  }
})

test('a refusal stays the same refusal, and its cause can be asked', () => {
  const refusal = platformError('database.unavailable', 'away', { cause: databaseError('57P01') })
  expect(toRefusal(refusal)).toBe(refusal)
  expect(sqlState(refusal)).toBe('57P01')
})

test('a unique violation can be told by its constraint', () => {
  const error = databaseError('23505', { constraint: 'orders_key' })
  expect(isUniqueViolation(error)).toBe(true)
  expect(isUniqueViolation(error, 'orders_key')).toBe(true)
  expect(isUniqueViolation(error, 'other_key')).toBe(false)
  expect(isUniqueViolation(databaseError('23503'))).toBe(false)
})

test('only serialization failures and deadlocks are worth another run', () => {
  expect(['40001', '40P01', '40002', '23505'].map((code) => isSerializationFailure(databaseError(code)))).toEqual([
    true,
    true,
    false,
    false,
  ])
})
