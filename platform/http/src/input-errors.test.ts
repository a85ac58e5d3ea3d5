import { AppError } from '@stoa/kernel'
import { expect, test } from 'vitest'
import { refusalOfStoredInput } from './input-errors.ts'

const hidden = () => new AppError('not_found', 'thing.not_found', 'There is no such thing.')
const databaseError = (code: string, message: string) => Object.assign(new Error(message), { severity: 'ERROR', code })
const input = { params: {}, query: undefined, body: { valid: { from: '2026-01-01T00:00:00+16:00' } } }

test.each([
  ['22007', 'invalid input syntax for type timestamp with time zone: "2026-01-01T00:00:00+16:00"'],
  ['22008', 'date/time field value out of range: "2026-01-01T00:00:00+16:00"'],
  ['22009', 'time zone displacement out of range: "2026-01-01T00:00:00+16:00"'],
])('a time that only the database finds wrong (%s) is refused with its place', (code, message) => {
  const refusal = refusalOfStoredInput(databaseError(code, message), input, undefined, hidden)
  expect(refusal).toMatchObject({ code: 'request.invalid', fields: [{ pointer: '/valid/from' }] })
})

test('a value that did not come with the request is a bug', () => {
  const error = databaseError('22009', 'time zone displacement out of range: "2020-01-01T00:00:00+16:00"')
  expect(refusalOfStoredInput(error, input, undefined, hidden)).toBeUndefined()
})
