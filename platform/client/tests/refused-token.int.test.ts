import { AppError } from '@stoa/kernel'
import { expect, onTestFinished, test } from 'vitest'
import { openTill } from './till.ts'

/** A shop that has had the first of its tokens for long, and a till that takes those it finds good. */
async function openShop(isGood: (token: string) => boolean, refusal = 'auth.token_invalid') {
  const seen: string[] = []
  let current = 1
  const forget = ({ audience, token }: { audience: string; token: string }) => {
    if (audience === 'till' && token === `token-${current}`) current += 1
  }
  const till = await openTill({ token: async () => `token-${current}`, forget }, (authorization = '') => {
    const token = authorization.replace('Bearer ', '')
    seen.push(token)
    return isGood(token) ? undefined : new AppError('unauthenticated', refusal, 'The token is not valid.')
  })
  onTestFinished(till.close)
  let unanswered = 0
  return {
    ...till,
    seen,
    payAsked: async () => [await till.pay({ onUnanswered: () => void unanswered++ }), unanswered],
  }
}

test('a call whose token is refused is made again with a fresh one, and leaves nothing in doubt', async () => {
  const { payAsked, seen } = await openShop((token) => token !== 'token-1')
  expect(await payAsked()).toEqual(['paid', 0])
  expect(await payAsked()).toEqual(['paid', 0])
  expect(seen).toEqual(['token-1', 'token-2', 'token-2'])
})

test('a service whose fresh tokens are refused too is unavailable to its callers, who are not told to sign in', async () => {
  const { payAsked, seen } = await openShop(() => false)
  expect(await payAsked()).toEqual(['service.unavailable', 0])
  expect(seen.slice(0, 2)).toEqual(['token-1', 'token-2'])
  // the usual retries, each with a fresh token
  expect(new Set(seen).size).toBe(seen.length)
})

test('another refusal of the same kind is the callee’s answer', async () => {
  const { pay, seen } = await openShop(() => false, 'user.credentials_wrong')
  expect(await pay()).toBe('user.credentials_wrong')
  expect(seen).toEqual(['token-1'])
})
