import { randomUUID } from 'node:crypto'
import { platformError } from '@stoa/kernel'
import { eventually, testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { sagaMigrations, startSaga, type SagaEngine } from '../src/index.ts'
import { makeWorld, notesMigrations, shop, startEngine, type Behaviour, type Hooks } from './purchase.ts'

let own: TestDatabase
let engine: SagaEngine

beforeAll(async () => {
  own = await testDatabase({ name: 'saga_breaker', sets: [sagaMigrations, notesMigrations] })
})
afterAll(() => own.close())
afterEach(() => engine.stop())

const refuse = () => {
  throw platformError('service.circuit_open', 'the circuit breaker is open')
}

/** Starts a purchase whose calls to pay behave like this, and returns it at its end, with its calls. */
async function purchase(behaviours: readonly Behaviour[], hooks: Hooks = {}) {
  const world = makeWorld()
  world.script('pay/action', ...behaviours)
  engine = await startEngine(own.database, world, { hooks })
  const orderId = randomUUID()
  await own.database.transaction((tx) => startSaga(tx, shop, 'purchase', orderId, { orderId, review: false }))
  const id = `purchase:${orderId}`
  await eventually(async () => expect((await engine.show(id)).endedAt).toBeDefined())
  return { ...(await engine.show(id)), calls: world.calls.map(({ key }) => key.slice(id.length + 1)) }
}

test('calls that the circuit breaker kept back cost a step none of its attempts', async () => {
  const { state, steps } = await purchase(Array.from({ length: 8 }, () => refuse))
  expect(state).toBe('completed')
  expect(steps.find(({ step, kind }) => step === 'pay' && kind === 'action')).toMatchObject({ attempts: 1 })
})

test('they are waited out as long as the saga has time; what was never called is not undone', async () => {
  const { state, calls } = await purchase(
    Array.from({ length: 1_000 }, () => refuse),
    { timeoutMs: 1_500 },
  )
  expect(state).toBe('compensated')
  expect(calls.filter((key) => key === 'pay/action').length).toBeGreaterThan(5)
  expect(calls).not.toContain('pay/compensation')
})

test('a call of which one attempt went out before the breaker opened is an attempt', async () => {
  const sent: Behaviour = (_effect, { onUnanswered }) => {
    onUnanswered()
    refuse()
  }
  const { state, calls } = await purchase(Array.from({ length: 5 }, () => sent))
  expect(state).toBe('compensated')
  expect(calls).toContain('pay/compensation')
})
