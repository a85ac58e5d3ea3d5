import { expect, test } from 'vitest'
import { formatLogLine, parseLogLine } from './log-line.ts'

const text = JSON.stringify({
  level: 'warn',
  timestamp: '2026-01-31T12:00:00.123Z',
  service: 'order',
  env: 'embedded',
  version: '0.1.0',
  message: 'a relay waits',
  traceId: '0af7651916cd43dd8448eb211c80319c',
  orderId: 'o-1',
  error: { name: 'AppError', message: 'no answer', stack: 'AppError: no answer\n    at …' },
})

test('a line of a log is shown with its own fields, without what every line has', () => {
  const line = parseLogLine(text)
  expect(line?.traceId).toBe('0af7651916cd43dd8448eb211c80319c')
  expect(line && formatLogLine(line)).toBe(
    '12:00:00.123 warn  order        a relay waits orderId=o-1 error="no answer"',
  )
})

test.each(['', 'Error: boom', '    at file.ts:1', '{"half":', '{"no":"level"}'])('%j is no line of a log', (each) => {
  expect(parseLogLine(each)).toBeUndefined()
})
