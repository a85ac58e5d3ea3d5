import { accessTable } from '@stoa/contracts/auth/roles'
import { newId } from '@stoa/kernel'
import { startService, type RunningService } from '@stoa/service'
import { asCaller, staticIdentity, testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { paymentService } from '../src/service.ts'

const lines: string[] = []
let own: TestDatabase
let log: TestDatabase
let running: RunningService

beforeAll(async () => {
  own = await testDatabase({ sets: [], name: 'payment' })
  log = await testDatabase({ sets: [], name: 'payment_log' })
  const config = paymentService.config.parse({
    DATABASE_URL: own.url,
    LOG_DATABASE_URL: log.url,
    PORT: '0',
    LOG_LEVEL: 'debug',
  })
  running = await startService(paymentService, {
    config,
    access: accessTable,
    identity: staticIdentity(accessTable, 'payment'),
    resolver: {
      resolve: () => [],
      ready: async () => {},
      isInformed: () => true,
      trouble: () => undefined,
      onChange: () => () => {},
      close: async () => {},
    },
    logDestination: { write: (line) => void lines.push(line), flush: () => true, close() {} },
  })
})
afterAll(async () => {
  await running.stop()
  await Promise.all([own.close(), log.close()])
})

const planted = ['4111111111111111', '4111 1111 1111 1111', '5500-0000-0000-0004', '4111|1111x1111|1111']

async function send(
  path: string,
  body: object | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${running.port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: asCaller({ subject: newId() }), ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return answer.text()
}

test('a card number stands in no answer, no log line and no row, wherever it was sent', async () => {
  const answers: string[] = []
  for (const number of planted) {
    const method = { provider: 'sandbox', token: 'tok_visa' }
    answers.push(await send('/api/v1/payment-methods', { ...method, token: number }))
    answers.push(
      await send('/api/v1/payment-methods', { ...method, label: `my ${number}` }, { 'idempotency-key': newId() }),
    )
    answers.push(await send('/api/v1/payment-methods', { ...method, cardNumber: number }))
    answers.push(await send('/api/v1/payment-methods', `{"token": "${number}"`))
    const service = {
      authorization: asCaller({ subject: 'service:order', roles: ['service'] }),
      'idempotency-key': newId(),
    }
    answers.push(
      await send('/stoa.payment.v1.PaymentRpc/KeepMethod', { ...method, token: number, customerId: newId() }, service),
    )
  }
  expect(answers.filter((answer) => planted.some((number) => answer.includes(number)))).toEqual([])
  expect(answers.filter((answer) => /card_number_refused|Card numbers are not accepted/.test(answer))).toHaveLength(
    3 * planted.length,
  )
  expect(lines.length).toBeGreaterThan(0)
  expect(lines.filter((line) => planted.some((number) => line.includes(number)))).toEqual([])
  expect(await own.database.read.sql`select token, label from payment_methods`).toEqual([])
})
