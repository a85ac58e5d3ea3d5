import { expect, test } from 'vitest'
import { addLogFields, newContext, runWithContext, withLogFields } from './context.ts'
import { createLogger, type Logger, type LogLevel } from './logger.ts'

function logging(level: LogLevel = 'debug'): {
  logger: Logger
  lines: () => Record<string, unknown>[]
  text: () => string
} {
  let text = ''
  const destination = { write: (line: string) => void (text += line), flush: () => true, close: () => undefined }
  const logger = createLogger({ service: 'order', environment: 'test', version: '1.2.3', level, destination })
  const lines = () =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  return { logger, lines, text: () => text }
}

const context = { ...newContext(), traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true }

test('writes the named fields, the ids of the context and what matters to the line, each once', () => {
  const { logger, lines, text } = logging()
  runWithContext(context, () => logger.info('order placed', { total: 1999, items: [{ sku: 'TEA' }] }))
  expect(lines()).toEqual([
    {
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      level: 'info',
      service: 'order',
      env: 'test',
      version: '1.2.3',
      message: 'order placed',
      traceId: context.traceId,
      spanId: context.spanId,
      total: 1999,
      items: [{ sku: 'TEA' }],
    },
  ])
  const keys = text().match(/"\w+":/g) ?? []
  expect(new Set(keys).size).toBe(keys.length)
})

test('writes no ids outside of a context', () => {
  const { logger, lines } = logging()
  logger.warn('started')
  expect(Object.keys(lines()[0] ?? {})).toEqual(['level', 'timestamp', 'service', 'env', 'version', 'message'])
})

test('leaves out what is below its level', () => {
  const { logger, lines } = logging('warn')
  logger.debug('1')
  logger.info('2')
  logger.child({}).info('3')
  logger.warn('4')
  logger.error('5')
  expect(lines().map(({ message, level }) => [message, level])).toEqual([
    ['4', 'warn'],
    ['5', 'error'],
  ])
})

test('puts the fields of the context on each line, also those added later by a part of the request', async () => {
  const { logger, lines } = logging()
  await runWithContext({ ...context, logFields: {} }, async () => {
    logger.info('received')
    await Promise.resolve().then(() => addLogFields({ orderId: 'o-1' }))
    logger.info('answered')
  })
  expect(lines().map(({ orderId }) => orderId)).toEqual([undefined, 'o-1'])
})

test('keeps the fields of parallel branches apart', async () => {
  const { logger, lines } = logging()
  await runWithContext({ ...context, logFields: {} }, async () => {
    await Promise.all(
      ['o-1', 'o-2'].map((orderId) =>
        withLogFields({ orderId }, async () => {
          await Promise.resolve()
          logger.info(orderId)
        }),
      ),
    )
    logger.info('outside')
  })
  expect(lines().map(({ message, orderId }) => [message, orderId])).toEqual([
    ['o-1', 'o-1'],
    ['o-2', 'o-2'],
    ['outside', undefined],
  ])
})

test('a child carries its fields, which the line may replace', () => {
  const { logger, lines, text } = logging()
  const child = logger.child({ saga: 'fulfilment', password: 'planted' }).child({ step: 'pay' })
  child.info('begun', { step: 'ship' })
  expect(lines()[0]).toMatchObject({ saga: 'fulfilment', step: 'ship', password: '[redacted]' })
  expect(text()).not.toContain('planted')
})

test('never lets a field hide who wrote the line', () => {
  const { logger, lines } = logging()
  const fields: Record<string, unknown> = { service: 'payment', message: 'other', traceId: 'x' }
  logger.info('calling', fields)
  expect(lines()[0]).toMatchObject({ service: 'order', message: 'calling', service_: 'payment', message_: 'other' })
})

test('redacts fields, the message and errors with their causes', () => {
  const { logger, text, lines } = logging()
  logger.error('sign-in of planted@example.org failed', {
    body: { email: 'planted@example.org', password: 'planted', address: { line1: 'planted' } },
    error: new Error('call failed', { cause: new Error('got Bearer planted') }),
  })
  expect(text()).not.toContain('planted')
  expect(lines()[0]?.['error']).toMatchObject({ message: 'call failed', cause: { message: 'got Bearer [redacted]' } })
})

test('writes the line even when one of its fields cannot be read', () => {
  const { logger, lines } = logging()
  const broken = {
    toJSON: () => {
      throw new Error('broken')
    },
  }
  logger.info('still here', { broken, fine: 1 })
  expect(lines()[0]).toMatchObject({ message: 'still here', broken: '[unreadable]', fine: 1 })
})
