import { platformErrors } from '@stoa/contract'
import { AppError, type ErrorKind } from '@stoa/kernel'
import { expect, test } from 'vitest'
import { problemHeaders, problemOf, statusOf, statusOfCode, unexpectedProblem } from './problem.ts'

test.each<[ErrorKind, number]>([
  ['malformed', 400],
  ['unauthenticated', 401],
  ['forbidden', 403],
  ['not_found', 404],
  ['conflict', 409],
  ['stale', 412],
  ['too_large', 413],
  ['unsupported', 415],
  ['invalid', 422],
  ['precondition_required', 428],
  ['rate_limited', 429],
  ['unavailable', 503],
  ['timeout', 504],
  ['failed', 500],
])('%s is %i', (kind, status) => {
  expect(statusOf({ kind, code: 'x.y' })).toBe(status)
})

test('a wrong method is 405', () => {
  expect(statusOfCode({}, 'request.method_not_allowed')).toBe(405)
})

test('a bug is in the catalogue like any refusal', () => {
  expect(unexpectedProblem({ instance: '/x', traceId: 't' })).toMatchObject({
    status: statusOfCode({}, 'service.failed'),
    title: platformErrors['service.failed'].title,
  })
})

test('takes the title of the catalogue, and leaves out what it has not', () => {
  const error = new AppError('conflict', 'order.already_shipped', 'It has left.', { cause: new Error('secret') })
  const catalogue = { 'order.already_shipped': { kind: 'conflict' as const, title: 'Shipped' } }
  expect(problemOf(error, { instance: '/x', traceId: 't' }, catalogue)).toEqual({
    type: '/errors/order.already_shipped',
    title: 'Shipped',
    status: 409,
    detail: 'It has left.',
    instance: '/x',
    code: 'order.already_shipped',
    traceId: 't',
  })
})

test('says when to come again in whole seconds', () => {
  expect(problemHeaders(new AppError('unavailable', 'x.y', 'Later.', { retryAfterSeconds: 0.2 }))).toEqual({
    'retry-after': '1',
  })
})
