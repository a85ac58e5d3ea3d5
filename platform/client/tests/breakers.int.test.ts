import { AppError, platformError } from '@stoa/kernel'
import { expect, onTestFinished, test } from 'vitest'
import { openTill, type TillAnswer } from './till.ts'

async function open(answerTo: (path: string) => TillAnswer) {
  const asked: string[] = []
  const till = await openTill({ token: async () => 'token', forget() {} }, (_token, { url }) => {
    asked.push(url)
    return answerTo(url)
  })
  onTestFinished(till.close)
  const stateOf = (scope: string) => till.breakers.list({ scope })[0]
  return { ...till, asked, stateOf }
}

test.each([
  ['whose own callee is unavailable', new AppError('unavailable', 'till.bank_unavailable', 'no answer')],
  ['that is still busy with the same key', platformError('idempotency.in_progress', 'under way')],
  ['that has no connection to spare', platformError('database.saturated', 'try again')],
  ['that keeps away from another', platformError('service.circuit_open', 'the bank is not being called')],
  ['that ran out of time', platformError('request.deadline_exceeded', 'too late')],
])('a callee %s has answered, and is asked again', async (_, refusal) => {
  let isRefusing = true
  const { pay, stateOf } = await open(() => (isRefusing ? refusal : undefined))
  for (let count = 0; count < 8; count++) expect(await pay()).toBe(refusal.code)
  expect(stateOf('pay')).toMatchObject({ state: 'closed', failures: 0 })
  isRefusing = false
  expect(await pay()).toBe('paid')
})

test('a callee that hangs up is not called for that method any more, and is for the others', async () => {
  const { pay, count, asked, stateOf, breakers } = await open((path) => (path.endsWith('Pay') ? 'hangs up' : undefined))
  while ((await pay()) !== 'service.circuit_open') expect(asked.length).toBeLessThan(6)
  expect(stateOf('pay')).toMatchObject({ service: 'till', state: 'open', lastFailure: expect.any(String) })
  const before = asked.length
  expect(await pay()).toBe('service.circuit_open')
  expect(asked).toHaveLength(before)
  expect(await count()).toBe('paid')
  expect(breakers.reset({ service: 'other' })).toBe(0)
  expect(breakers.reset({ service: 'till', scope: 'pay' })).toBe(1)
  expect(stateOf('pay')?.state).toBe('closed')
})

test('any key fits a header, and comes as it was given', async () => {
  const keys: (string | undefined)[] = []
  const till = await openTill({ token: async () => 'token', forget() {} }, (_token, { headers }) => {
    keys.push(String(headers['idempotency-key']))
    return undefined
  })
  onTestFinished(till.close)
  expect(await till.pay({ idempotencyKey: 'ada/sandbox/x😀\r\n ' })).toBe('paid')
  expect(await till.pay({ idempotencyKey: 'order:1/pay/action' })).toBe('paid')
  expect(keys).toEqual(['ada%2Fsandbox%2Fx%F0%9F%98%80%0D%0A%20', 'order:1/pay/action'])
})

test('what cannot be sent is a bug of ours: it counts nowhere, is not repeated, and leaves nothing in doubt', async () => {
  let tokens = 0
  const token = async () => `token-${(tokens += 1)}-é😀`
  const till = await openTill({ token, forget() {} }, () => undefined)
  onTestFinished(till.close)
  let unanswered = 0
  for (let count = 0; count < 6; count++)
    expect(await till.pay({ onUnanswered: () => void unanswered++ })).toBe('ERR_INVALID_CHAR')
  expect([tokens, unanswered]).toEqual([6, 0])
  expect(till.breakers.list()).toMatchObject([{ state: 'closed', calls: 0 }])
})

test('a call that its caller gives up counts nowhere', async () => {
  const { pay, stateOf } = await open(() => 'is silent')
  for (let count = 0; count < 6; count++) {
    const off = new AbortController()
    const paid = pay({}, { signal: off.signal })
    await expect.poll(() => stateOf('pay')).toBeDefined()
    off.abort()
    expect(await paid).toBe('request.deadline_exceeded')
  }
  expect(stateOf('pay')).toMatchObject({ state: 'closed', calls: 0 })
})

test('calls that had their time and no answer count, but never in a row', async () => {
  const { pay, stateOf } = await open(() => 'is silent')
  const paid = Array.from({ length: 6 }, () => pay({}, { timeoutMs: 1_000 }))
  expect(new Set(await Promise.all(paid))).toEqual(new Set(['request.deadline_exceeded']))
  expect(stateOf('pay')).toMatchObject({ state: 'closed', failuresInARow: 0 })
  expect(stateOf('pay')?.failures).toBeGreaterThan(0)
})

test('a call that ends at the deadline of the incoming request counts in no breaker', async () => {
  const { pay, stateOf } = await open(() => 'is silent')
  for (let count = 0; count < 6; count++)
    expect(await pay({ deadlineMs: Date.now() + 30 })).toBe('request.deadline_exceeded')
  expect(stateOf('pay')).toMatchObject({ state: 'closed', calls: 0 })
})
