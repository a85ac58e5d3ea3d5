import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { errorOf } from '../tests/error-of.ts'
import { manualTime, settled } from '../tests/manual-time.ts'
import { recorder } from '../tests/recorder.ts'
import { bulkhead } from './bulkhead.ts'
import { bulkheadPools } from './bulkhead-pools.ts'

describe('by hand', () => {
  test('has as many places as said', () => {
    const slots = bulkhead({ maxConcurrent: 2, maxWaiting: 0 })
    expect([1, 2, 3].map(() => slots.tryEnter())).toEqual([true, true, false])
    slots.leave()
    expect(slots.tryEnter()).toBe(true)
  })

  test('calls waiters in their order, and refuses beyond the line', () => {
    const observer = recorder()
    const slots = bulkhead({ name: 'pricing', maxConcurrent: 1, maxWaiting: 2, observer })
    const called: string[] = []
    const waiter = (name: string) => ({ onEnter: () => void called.push(name) })
    slots.tryEnter()
    expect(['a', 'b', 'c'].map((name) => slots.tryWait(waiter(name)))).toEqual([true, true, false])
    slots.leave()
    expect(called).toEqual(['a'])
    slots.leave()
    expect(called).toEqual(['a', 'b'])
    expect(observer.types()).toEqual(['bulkhead_queued', 'bulkhead_queued', 'bulkhead_refused'])
  })

  test('nobody overtakes the line', () => {
    const slots = bulkhead({ maxConcurrent: 1 })
    slots.tryEnter()
    slots.tryWait({ onEnter: () => undefined })
    slots.leave()
    expect(slots.tryEnter()).toBe(false)
  })

  test('one who stepped out of the line is not called', () => {
    const slots = bulkhead({ maxConcurrent: 1 })
    const called: string[] = []
    const first = { onEnter: () => void called.push('first') }
    slots.tryEnter()
    slots.tryWait(first)
    slots.tryWait({ onEnter: () => void called.push('second') })
    expect(slots.cancelWait(first)).toBe(true)
    slots.leave()
    expect(called).toEqual(['second'])
    expect(slots.cancelWait(first)).toBe(false)
  })

  test('a long line of waiters that leave at once does not exhaust the stack', () => {
    const slots = bulkhead({ maxConcurrent: 1, maxWaiting: 50_000 })
    let called = 0
    slots.tryEnter()
    const waiter = () => ({
      onEnter: () => {
        called += 1
        slots.leave()
      },
    })
    for (let i = 0; i < 50_000; i++) slots.tryWait(waiter())
    slots.leave()
    expect(called).toBe(50_000)
    expect(slots.snapshot()).toMatchObject({ active: 0, waiting: 0 })
  })

  test('never holds more than its places, loses nobody, whatever comes and goes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.constantFrom('come', 'go', 'cancel'), { maxLength: 100 }),
        (max, steps) => {
          const slots = bulkhead({ maxConcurrent: max, maxWaiting: 3 })
          const waiting: { onEnter: () => void }[] = []
          let inside = 0
          for (const step of steps) {
            if (step === 'come' && slots.tryEnter()) inside += 1
            else if (step === 'come') {
              const waiter = {
                onEnter: () => {
                  inside += 1
                  waiting.splice(waiting.indexOf(waiter), 1)
                },
              }
              if (slots.tryWait(waiter)) waiting.push(waiter)
            } else if (step === 'go' && inside > 0) {
              inside -= 1
              slots.leave()
            }
            const quitter = step === 'cancel' ? waiting.pop() : undefined
            expect(quitter === undefined || slots.cancelWait(quitter)).toBe(true)
            expect(slots.snapshot()).toMatchObject({ active: inside, waiting: waiting.length })
            expect(inside).toBeLessThanOrEqual(max)
            expect(waiting.length === 0 || inside === max).toBe(true)
          }
        },
      ),
    )
  })
})

describe('as a policy', () => {
  function held() {
    const releases: (() => void)[] = []
    const call = () => new Promise<void>((resolve) => void releases.push(resolve))
    return { call, release: () => releases.shift()?.(), started: () => releases.length }
  }

  test('runs so many at once, the next when one has ended', async () => {
    const slots = bulkhead({ maxConcurrent: 2, maxWaiting: 1 })
    const { call, release, started } = held()
    const answers = [1, 2, 3].map(() => slots.execute(call))
    await settled()
    expect(started()).toBe(2)
    release()
    await settled()
    expect(started()).toBe(2)
    release()
    release()
    await Promise.all(answers)
    expect(slots.snapshot()).toMatchObject({ active: 0, waiting: 0 })
  })

  test('refuses with service.saturated beyond', async () => {
    const slots = bulkhead({ maxConcurrent: 1, maxWaiting: 0 })
    const { call, release } = held()
    const first = slots.execute(call)
    await expect(slots.execute(call)).rejects.toMatchObject({ code: 'service.saturated', kind: 'unavailable' })
    release()
    await first
  })

  test('a call that fails gives its place back', async () => {
    const slots = bulkhead({ maxConcurrent: 1 })
    await expect(slots.execute(() => Promise.reject(new Error('reset')))).rejects.toThrow('reset')
    expect(slots.snapshot().active).toBe(0)
  })

  test('does not wait past the deadline', async () => {
    const time = manualTime()
    const slots = bulkhead({ maxConcurrent: 1, time })
    slots.tryEnter()
    const late = errorOf(slots.execute(async () => 1, { deadline: time.epochMs() + 50 }))
    await time.advance(50)
    expect(await late).toMatchObject({ code: 'request.deadline_exceeded' })
    expect(slots.snapshot()).toMatchObject({ active: 1, waiting: 0 })
  })

  test('does not wait for a caller that has gone', async () => {
    const slots = bulkhead({ maxConcurrent: 1 })
    slots.tryEnter()
    const abort = new AbortController()
    const gone = errorOf(slots.execute(async () => 1, { signal: abort.signal }))
    abort.abort(new Error('client gone'))
    expect(await gone).toMatchObject({ message: 'client gone' })
    expect(slots.snapshot()).toMatchObject({ active: 1, waiting: 0 })
  })

  test('one that got its place in time keeps no timer', async () => {
    const time = manualTime()
    const slots = bulkhead({ maxConcurrent: 1, time })
    slots.tryEnter()
    const answer = slots.execute(async () => 'answer', { deadline: time.epochMs() + 50 })
    await settled()
    slots.leave()
    expect(await answer).toBe('answer')
    expect(time.timersSet()).toBe(0)
  })
})

test('the named pools are 10 critical, 5 batch and 2 reporting, each on its own', () => {
  const pools = bulkheadPools()
  const sizes = Object.values(pools).map((pool) => [pool.name, pool.snapshot().maxConcurrent])
  expect(sizes).toEqual([
    ['critical', 10],
    ['batch', 5],
    ['reporting', 2],
  ])
  while (pools.reporting.tryEnter());
  expect(pools.critical.tryEnter()).toBe(true)
})
