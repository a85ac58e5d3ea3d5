import { expect, test } from 'vitest'
import { errorOf } from '../tests/error-of.ts'
import { manualTime } from '../tests/manual-time.ts'
import { recorder } from '../tests/recorder.ts'
import type { CallContext } from './call-scope.ts'
import { wrap } from './policy.ts'
import { timeout } from './timeout.ts'

const never = () => new Promise<never>(() => undefined)

test('refuses with deadline_exceeded when the time is over, though the call continues', async () => {
  const time = manualTime()
  const observer = recorder()
  const late = errorOf(timeout({ name: 'pricing', timeoutMs: 100, time, observer }).execute(never))
  await time.advance(100)
  expect(await late).toMatchObject({ code: 'request.deadline_exceeded', kind: 'timeout', retryable: true })
  expect(observer.events).toEqual([{ type: 'timed_out', name: 'pricing' }])
})

test('is not over a millisecond early', async () => {
  const time = manualTime()
  let isOver = false
  const answer = timeout({ timeoutMs: 100, time })
    .execute(never)
    .catch(() => (isOver = true))
  await time.advance(99)
  expect(isOver).toBe(false)
  await time.advance(1)
  await answer
  expect(isOver).toBe(true)
})

test('aborts the signal of the call with the refusal', async () => {
  const time = manualTime()
  let signal: AbortSignal | undefined
  const answer = timeout({ timeoutMs: 100, time }).execute((context) => {
    signal = context.signal
    return never()
  })
  answer.catch(() => undefined)
  await time.advance(100)
  expect(signal?.reason).toMatchObject({ code: 'request.deadline_exceeded' })
})

test('a signal first read after the time is over has aborted', async () => {
  const time = manualTime()
  let context: CallContext | undefined
  const call = (given: CallContext) => {
    context = given
    return never()
  }
  timeout({ timeoutMs: 100, time })
    .execute(call)
    .catch(() => undefined)
  await time.advance(100)
  expect(context?.signal.aborted).toBe(true)
})

test('answers, and passes on errors, in time without leaving a timer', async () => {
  const time = manualTime()
  const policy = timeout({ timeoutMs: 100, time })
  expect(await policy.execute(async () => 'answer')).toBe('answer')
  await expect(policy.execute(() => Promise.reject(new Error('reset')))).rejects.toThrow('reset')
  expect(time.timersSet()).toBe(0)
})

test('the smaller of timeout and deadline counts, and is what the call sees', async () => {
  const time = manualTime()
  const startMs = time.epochMs()
  const deadlines: (number | undefined)[] = []
  const note = async ({ deadline }: CallContext) => void deadlines.push(deadline)
  const policy = timeout({ timeoutMs: 100, time })
  await policy.execute(note, { deadline: startMs + 40 })
  await policy.execute(note, { deadline: startMs + 400 })
  await policy.execute(note)
  expect(deadlines).toEqual([startMs + 40, startMs + 100, startMs + 100])
})

test('a nested timeout can only shorten the outer one', async () => {
  const time = manualTime()
  const startMs = time.epochMs()
  const seen: (number | undefined)[] = []
  const nested = (outerMs: number, innerMs: number) =>
    wrap(timeout({ timeoutMs: outerMs, time }), timeout({ timeoutMs: innerMs, time })).execute(async ({ deadline }) => {
      seen.push(deadline)
    })
  await nested(100, 500)
  await nested(500, 100)
  expect(seen).toEqual([startMs + 100, startMs + 100])
})

test('a call past its deadline is not begun', async () => {
  const time = manualTime()
  let calls = 0
  const late = timeout({ time }).execute(async () => (calls += 1), { deadline: time.epochMs() })
  await expect(late).rejects.toMatchObject({ code: 'request.deadline_exceeded' })
  expect(calls).toBe(0)
})

test('without a timeout and a deadline it sets no timer', async () => {
  const time = manualTime()
  let timers = -1
  await timeout({ time }).execute(async () => (timers = time.timersSet()))
  expect(timers).toBe(0)
})

test("the caller's abort reaches a call under two timeouts, and nothing listens afterwards", async () => {
  const time = manualTime()
  const abort = new AbortController()
  const policy = wrap(timeout({ timeoutMs: 100, time }), timeout({ timeoutMs: 50, time }))
  const answer = policy.execute(
    ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    { signal: abort.signal },
  )
  abort.abort(new Error('client gone'))
  await expect(answer).rejects.toThrow('client gone')
  expect(time.timersSet()).toBe(0)
})
