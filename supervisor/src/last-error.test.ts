import { expect, test } from 'vitest'
import { lastErrorOf } from './last-error.ts'

const line = (level: string, message: string, more: object = {}) =>
  JSON.stringify({ timestamp: '2026-11-21T10:00:00.000Z', level, service: 'order', message, ...more })
const stack = [
  'file:///order.js:12',
  "    throw new Error('boom')",
  '    ^',
  '',
  'TypeError: no such field',
  '    at run (order.js:12)',
  'Node.js v26.0.0',
]

test('is what a failed start says, else an uncaught error, else the last error in the log', () => {
  const logged = [
    line('error', 'relay failed'),
    line('error', 'stopping failed', { error: { message: 'no lock' } }),
    line('warn', 'late'),
  ]
  expect(lastErrorOf([])).toBeUndefined()
  expect(lastErrorOf([line('info', 'ready'), line('warn', 'late')])).toBeUndefined()
  expect(lastErrorOf(logged)).toBe('stopping failed: no lock')
  expect(lastErrorOf([...logged, ...stack])).toBe('TypeError: no such field')
  expect(lastErrorOf([...stack, 'order cannot start: port 8002 is in use', ...logged])).toBe(
    'order cannot start: port 8002 is in use',
  )
})

test('is cut when it is long', () => {
  expect(lastErrorOf([`order cannot start: ${'x'.repeat(500)}`])).toHaveLength(201)
})
