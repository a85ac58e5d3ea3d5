import { AppError } from '@stoa/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTill } from './till.ts'

const away = new AppError('unavailable', 'till.away', 'away')
const declined = new AppError('conflict', 'till.declined', 'declined')
let answers: (AppError | undefined)[]
let till: Awaited<ReturnType<typeof openTill>>

beforeAll(async () => {
  till = await openTill({ token: async () => 'token', forget() {} }, () => answers.shift())
})
afterAll(() => till.close())

async function pay(...script: readonly (AppError | undefined)[]) {
  answers = [...script]
  let unanswered = 0
  const outcome = await till.pay({ onUnanswered: () => void unanswered++ })
  return { outcome, unanswered }
}

test('a call that is answered at once, also with a refusal, leaves nothing in doubt', async () => {
  expect(await pay(undefined)).toEqual({ outcome: 'paid', unanswered: 0 })
  expect(await pay(declined)).toEqual({ outcome: 'till.declined', unanswered: 0 })
})

test('a refusal after an attempt without an answer comes with word of that attempt', async () => {
  expect(await pay(away, declined)).toEqual({ outcome: 'till.declined', unanswered: 1 })
  expect(await pay(away, undefined)).toEqual({ outcome: 'paid', unanswered: 1 })
})
