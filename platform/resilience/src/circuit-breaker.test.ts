import { AppError, platformError } from '@stoa/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { recorder } from '../tests/recorder.ts'
import { circuitBreaker, type CircuitBreakerOptions } from './circuit-breaker.ts'

function broken(options: CircuitBreakerOptions = {}) {
  const clock = { ms: 5_000 }
  const observer = recorder()
  const breaker = circuitBreaker({ name: 'order', nowMs: () => clock.ms, observer, ...options })
  const fail = (times: number) => {
    for (let i = 0; i < times; i++) if (breaker.tryAcquire()) breaker.onFailure()
  }
  const succeed = (times: number) => {
    for (let i = 0; i < times; i++) if (breaker.tryAcquire()) breaker.onSuccess()
  }
  return { breaker, clock, observer, fail, succeed }
}

describe('by hand', () => {
  test('opens at the fifth failure in a row', () => {
    const { breaker, fail } = broken()
    fail(4)
    expect(breaker.state).toBe('closed')
    fail(1)
    expect(breaker.state).toBe('open')
    expect(breaker.tryAcquire()).toBe(false)
  })

  test('a success between failures starts the row again', () => {
    const { breaker, fail, succeed } = broken()
    fail(4)
    succeed(1)
    fail(4)
    expect(breaker.state).toBe('closed')
  })

  test('opens when more than half of twenty calls failed, though never five in a row', () => {
    const { breaker, fail, succeed } = broken()
    for (let i = 0; i < 9; i++) {
      succeed(1)
      fail(1)
    }
    fail(1)
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', calls: 19, failures: 10 })
    fail(1)
    expect(breaker.state).toBe('open')
  })

  test('stays closed at exactly half', () => {
    const { breaker, fail, succeed } = broken()
    for (let i = 0; i < 50; i++) {
      succeed(1)
      fail(1)
    }
    expect(breaker.state).toBe('closed')
  })

  test('forgets what is older than the window', () => {
    const { breaker, clock, fail, succeed } = broken()
    for (let i = 0; i < 3; i++) {
      fail(4)
      succeed(1)
    }
    expect(breaker.snapshot().failures).toBe(12)
    clock.ms += 10_000
    succeed(9)
    fail(1)
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', calls: 10, failures: 1 })
  })

  test('refuses for 60 s, then lets three probes through at once and no more', () => {
    const { breaker, clock, fail } = broken()
    fail(5)
    expect(breaker.retryAfterSeconds()).toBe(60)
    clock.ms += 58_500
    expect(breaker.retryAfterSeconds()).toBe(2)
    clock.ms += 1_499
    expect(breaker.tryAcquire()).toBe(false)
    expect(breaker.retryAfterSeconds()).toBe(1)
    clock.ms += 1
    expect([1, 2, 3, 4].map(() => breaker.tryAcquire())).toEqual([true, true, true, false])
    expect(breaker.state).toBe('half_open')
  })

  test('closes when three probes have succeeded', () => {
    const { breaker, clock, fail, succeed, observer } = broken()
    fail(5)
    clock.ms += 60_000
    succeed(2)
    expect(breaker.state).toBe('half_open')
    succeed(1)
    expect(breaker.state).toBe('closed')
    expect(observer.events).toEqual([
      { type: 'circuit_state_changed', name: 'order', from: 'closed', to: 'open', cause: 'failures_in_a_row' },
      { type: 'circuit_state_changed', name: 'order', from: 'open', to: 'half_open', cause: 'open_time_over' },
      { type: 'circuit_state_changed', name: 'order', from: 'half_open', to: 'closed', cause: 'probes_succeeded' },
    ])
  })

  test('opens again for another 60 s when one probe fails', () => {
    const { breaker, clock, fail, succeed } = broken()
    fail(5)
    clock.ms += 60_000
    succeed(2)
    fail(1)
    expect(breaker.state).toBe('open')
    clock.ms += 59_999
    expect(breaker.tryAcquire()).toBe(false)
  })

  test('timeouts never open it in a row, only as more than half of twenty calls', () => {
    const { breaker, observer } = broken()
    for (let i = 0; i < 19; i++) breaker.onTimeout()
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', failuresInARow: 0, calls: 19, failures: 19 })
    breaker.onTimeout(breaker.generation, 'no response in time')
    expect(breaker.state).toBe('open')
    expect(observer.events).toMatchObject([{ cause: 'error_rate' }])
    expect(breaker.snapshot().lastFailure).toBe('no response in time')
  })

  test('a timeout between failures neither ends their row nor lengthens it', () => {
    const { breaker, fail } = broken()
    fail(4)
    breaker.onTimeout()
    expect(breaker.state).toBe('closed')
    fail(1)
    expect(breaker.state).toBe('open')
  })

  test('a probe that times out opens it again', () => {
    const { breaker, fail } = broken()
    fail(5)
    breaker.onReady()
    breaker.tryAcquire()
    breaker.onTimeout()
    expect(breaker.state).toBe('open')
  })

  test('a ready instance makes it half-open early, and each further good answer counts as a probe', () => {
    const { breaker, fail, observer } = broken()
    breaker.onReady()
    expect(breaker.state).toBe('closed')
    fail(5)
    breaker.onReady()
    expect(breaker.state).toBe('half_open')
    breaker.onReady()
    breaker.onReady()
    expect(breaker.state).toBe('closed')
    expect(observer.events).toMatchObject([{ to: 'open' }, { cause: 'ready' }, { cause: 'probes_succeeded' }])
  })

  test('readiness does not close what timeouts opened while a probe is in progress', () => {
    const { breaker } = broken()
    for (let i = 0; i < 20; i++) breaker.onTimeout()
    breaker.onReady()
    breaker.tryAcquire()
    for (let i = 0; i < 5; i++) breaker.onReady()
    expect(breaker.state).toBe('half_open')
    breaker.onSuccess()
    breaker.onReady()
    expect(breaker.state).toBe('closed')
  })

  test('probes that wait long keep the others out for a second only', () => {
    const { breaker, clock, fail } = broken()
    fail(5)
    breaker.onReady()
    expect([1, 2, 3, 4].map(() => breaker.tryAcquire())).toEqual([true, true, true, false])
    clock.ms += 1_000
    expect([1, 2, 3, 4].map(() => breaker.tryAcquire())).toEqual([true, true, true, false])
  })

  test('an outcome from before the change of state counts for nothing', () => {
    const { breaker, fail } = broken()
    breaker.tryAcquire()
    const early = breaker.generation
    fail(5)
    breaker.onReady()
    breaker.onFailure(early)
    expect(breaker.state).toBe('half_open')
    breaker.onSuccess(early)
    expect(breaker.snapshot().probesSucceeded).toBe(1)
  })

  test('a cancelled probe gives its place back', () => {
    const { breaker, clock, fail } = broken({ probes: 1 })
    fail(5)
    clock.ms += 60_000
    expect(breaker.tryAcquire()).toBe(true)
    expect(breaker.tryAcquire()).toBe(false)
    breaker.onCancelled()
    expect(breaker.tryAcquire()).toBe(true)
  })

  test('a cancelled call makes no place that was not taken by a probe of now', () => {
    const { breaker, fail } = broken()
    breaker.tryAcquire()
    const early = breaker.generation
    fail(5)
    breaker.onReady()
    breaker.onCancelled()
    for (let i = 0; i < 3; i++) breaker.tryAcquire()
    breaker.onCancelled(early)
    expect(breaker.tryAcquire()).toBe(false)
  })

  test('says whether it would let a call through, and takes no place by it', () => {
    const { breaker, clock, fail } = broken({ probes: 1 })
    expect(breaker.canAcquire()).toBe(true)
    fail(5)
    expect(breaker.canAcquire()).toBe(false)
    clock.ms += 60_000
    expect([breaker.canAcquire(), breaker.canAcquire(), breaker.state]).toEqual([true, true, 'open'])
    breaker.tryAcquire()
    expect(breaker.canAcquire()).toBe(false)
  })

  test('a reset closes it and forgets all counts', () => {
    const { breaker, fail } = broken()
    fail(5)
    breaker.reset()
    expect(breaker.snapshot()).toEqual({
      name: 'order',
      state: 'closed',
      failuresInARow: 0,
      calls: 0,
      failures: 0,
      probesSucceeded: 0,
      retryAfterSeconds: 0,
      lastFailure: undefined,
    })
  })

  test('tells listeners of each change until they leave', () => {
    const { breaker, fail } = broken()
    const heard: string[] = []
    const leave = breaker.onStateChange(({ from, to }) => void heard.push(`${from} to ${to}`))
    fail(5)
    leave()
    breaker.reset()
    expect(heard).toEqual(['closed to open'])
  })

  test.each([
    [{ failuresInARow: 0 }, 'failuresInARow must be a whole number of at least 1, got 0'],
    [{ errorRate: 50 }, 'errorRate must be between 0 and 1, got 50'],
    [{ openMs: -1 }, 'openMs must be a number above 0, got -1'],
  ])('refuses the setting %o', (options, message) => {
    expect(() => circuitBreaker(options)).toThrow(new RangeError(message))
  })
})

describe('as a policy', () => {
  const unavailable = () => Promise.reject(new AppError('unavailable', 'order.away', 'away'))

  test('refuses with service.circuit_open and Retry-After without making the call', async () => {
    const { breaker, fail } = broken()
    fail(5)
    let calls = 0
    const refused = breaker.execute(async () => (calls += 1))
    await expect(refused).rejects.toMatchObject({
      code: 'service.circuit_open',
      kind: 'unavailable',
      retryAfterSeconds: 60,
    })
    expect(calls).toBe(0)
  })

  test('counts what the system reports; a refusal is an answer and a bug says nothing', async () => {
    const { breaker } = broken()
    const reset = Object.assign(new Error('read ECONNRESET'), { syscall: 'read', code: 'ECONNRESET' })
    await expect(breaker.execute(() => Promise.reject(reset))).rejects.toThrow('ECONNRESET')
    const fetchFailed = new TypeError('fetch failed', { cause: reset })
    await expect(breaker.execute(() => Promise.reject(fetchFailed))).rejects.toThrow('fetch failed')
    await expect(breaker.execute(() => Promise.reject(new TypeError('Invalid character')))).rejects.toThrow('Invalid')
    expect(breaker.snapshot()).toMatchObject({ failuresInARow: 2, calls: 2 })
    await expect(breaker.execute(unavailable)).rejects.toThrow('away')
    expect(breaker.snapshot()).toMatchObject({ failuresInARow: 0, calls: 3, failures: 2 })
  })

  test('does not count a call that its caller gave up', async () => {
    const { breaker } = broken()
    const abort = new AbortController()
    const call = breaker.execute(
      ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      { signal: abort.signal },
    )
    abort.abort()
    await expect(call).rejects.toThrow('aborted')
    expect(breaker.snapshot()).toMatchObject({ calls: 0, failures: 0 })
  })

  test('counts a call that ran into an outer timeout and was aborted with it', async () => {
    const { breaker } = broken()
    const abort = new AbortController()
    const call = breaker.execute(
      ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      { signal: abort.signal },
    )
    abort.abort(platformError('request.deadline_exceeded', 'too late'))
    await expect(call).rejects.toThrow('too late')
    expect(breaker.snapshot()).toMatchObject({ calls: 1, failures: 1 })
  })
})

type Step = { readonly kind: 'success' | 'failure' | 'timeout'; readonly passMs: number }

/** The rule in words that keep everything: what a breaker answers after these steps, slots of 1 s. */
function stateAfter(steps: readonly Step[]): string {
  let atMs = 0
  let state = 'closed'
  let since = 0
  let probesLeft = 3
  let seen: { slot: number; kind: Step['kind'] }[] = []
  for (const { kind, passMs } of steps) {
    atMs += passMs
    const failed = kind !== 'success'
    if (state === 'open' && atMs - since >= 60_000) [state, probesLeft] = ['half_open', 3]
    if (state === 'open') continue
    if (state === 'half_open') {
      probesLeft -= 1
      if (failed) [state, since, seen] = ['open', atMs, []]
      else if (probesLeft === 0) [state, seen] = ['closed', []]
      continue
    }
    seen.push({ slot: Math.floor(atMs / 1_000), kind })
    const recent = seen.filter((one) => one.slot > Math.floor(atMs / 1_000) - 10)
    const row = seen.filter((one) => one.kind !== 'timeout').slice(-5)
    const isRow = kind === 'failure' && row.length === 5 && row.every((one) => one.kind === 'failure')
    const isRate = recent.length >= 20 && recent.filter((one) => one.kind !== 'success').length > recent.length / 2
    if (isRow || isRate) [state, since, seen] = ['open', atMs, []]
  }
  return state
}

test('agrees with the rule told in words, whatever happens when', () => {
  const step = fc.record({
    kind: fc.constantFrom('success' as const, 'failure' as const, 'timeout' as const),
    passMs: fc.oneof(
      { weight: 30, arbitrary: fc.integer({ min: 0, max: 900 }) },
      { weight: 1, arbitrary: fc.integer({ min: 5_000, max: 70_000 }) },
    ),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150, size: 'max' }), (steps) => {
      let atMs = 0
      const breaker = circuitBreaker({ nowMs: () => atMs })
      for (const { kind, passMs } of steps) {
        atMs += passMs
        if (!breaker.tryAcquire()) continue
        if (kind === 'success') breaker.onSuccess()
        else if (kind === 'failure') breaker.onFailure()
        else breaker.onTimeout()
      }
      expect(breaker.state).toBe(stateAfter(steps))
    }),
    { numRuns: 300 },
  )
})
