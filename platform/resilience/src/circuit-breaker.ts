import { AppError, isAppError } from '@stoa/kernel'
import type { CallScope } from './call-scope.ts'
import type { CircuitCause, CircuitState, Observer } from './events.ts'
import { makePolicy, type Layer, type Policy } from './policy.ts'
import { positive, share, wholeNumber } from './settings.ts'
import { slidingCounts, type SlidingCounts } from './sliding-counts.ts'
import { monotonicMs } from './time.ts'

/** Settings of a circuit breaker; each has the default of the platform. */
export interface CircuitBreakerOptions {
  readonly name?: string
  /** Opens after this many failures in a row (5). */
  readonly failuresInARow?: number
  /** Opens when more than this share of the window's calls failed (0.5) … */
  readonly errorRate?: number
  /** … and there were at least this many (20) … */
  readonly minCalls?: number
  /** … in this time (10 s). */
  readonly windowMs?: number
  /** Refuses for this long before it lets probes through (60 s). */
  readonly openMs?: number
  /** This many probes must succeed before it closes (3); no more run at once. */
  readonly probes?: number
  /** Which errors of a call count; by default all but refusals that are neither `unavailable` nor `timeout`. */
  readonly isFailure?: (error: unknown) => boolean
  readonly nowMs?: () => number
  readonly observer?: Observer | undefined
}

/** A breaker's state as operators see it. */
export interface CircuitSnapshot {
  readonly name: string
  readonly state: CircuitState
  readonly failuresInARow: number
  readonly calls: number
  readonly failures: number
  readonly probesSucceeded: number
  readonly retryAfterSeconds: number
}

/** A change of state. */
export interface CircuitChange {
  readonly from: CircuitState
  readonly to: CircuitState
  readonly cause: CircuitCause
}

/**
 * A circuit breaker (Nygard, Release It!): as a policy, or by hand without promises: `tryAcquire`, then exactly one of
 * `onSuccess`, `onFailure`, `onCancelled`. An outcome that names the `generation` read after `tryAcquire` is ignored
 * once the state has changed since; without it, it counts for the present state.
 */
export interface CircuitBreaker extends Policy {
  readonly name: string
  readonly state: CircuitState
  /** Grows with every change of state. */
  readonly generation: number
  tryAcquire(): boolean
  /** Whether `tryAcquire` would let a call through now; changes nothing, for choosing among instances. */
  canAcquire(): boolean
  onSuccess(generation?: number): void
  onFailure(generation?: number): void
  /** The call was given up by its caller: gives a probe's place back, counts nothing. */
  onCancelled(generation?: number): void
  /** Makes an open breaker half-open early, as after a good answer from the instance's readiness; false if not open. */
  probe(): boolean
  /** Closes it and forgets all counts. */
  reset(): void
  /** Whole seconds until a call may be let through; 0 when closed. */
  retryAfterSeconds(): number
  /** The refusal `circuit_open` (unavailable, with Retry-After). */
  refusal(): AppError
  snapshot(): CircuitSnapshot
  /** Calls back after every change; answers the function that ends it. */
  onStateChange(listener: (change: CircuitChange) => void): () => void
}

/** Makes a closed breaker; throws RangeError for a setting that makes no sense. */
export function circuitBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  return new Breaker(options)
}

/** Whether an error says that the other side is unwell: a refusal it decided on (a 4xx) does not. */
export function isUpstreamFailure(error: unknown): boolean {
  return !isAppError(error) || error.kind === 'unavailable' || error.kind === 'timeout'
}

function isGivenUp(error: unknown, scope: CallScope): boolean {
  return scope.isAborted && !(isAppError(error) && error.kind === 'timeout')
}

function guard(breaker: CircuitBreaker, isFailure: (error: unknown) => boolean): (next: Layer) => Layer {
  return (next) => async (call, scope) => {
    if (!breaker.tryAcquire()) throw breaker.refusal()
    const generation = breaker.generation
    try {
      const answer = await next(call, scope)
      breaker.onSuccess(generation)
      return answer
    } catch (error) {
      if (isGivenUp(error, scope)) breaker.onCancelled(generation)
      else if (isFailure(error)) breaker.onFailure(generation)
      else breaker.onSuccess(generation)
      throw error
    }
  }
}

class Breaker implements CircuitBreaker {
  readonly name: string
  state: CircuitState = 'closed'
  generation = 0
  readonly around: CircuitBreaker['around']
  readonly execute: CircuitBreaker['execute']
  private readonly maxInARow: number
  private readonly errorRate: number
  private readonly minCalls: number
  private readonly openMs: number
  private readonly probes: number
  private readonly counts: SlidingCounts
  private readonly nowMs: () => number
  private readonly observer: Observer | undefined
  private readonly listeners = new Set<(change: CircuitChange) => void>()
  private inARow = 0
  private changedAtMs = 0
  private probesAdmitted = 0
  private probesSucceeded = 0

  constructor(options: CircuitBreakerOptions) {
    this.name = options.name ?? 'circuit'
    this.maxInARow = wholeNumber('failuresInARow', options.failuresInARow ?? 5, 1)
    this.errorRate = share('errorRate', options.errorRate ?? 0.5)
    this.minCalls = wholeNumber('minCalls', options.minCalls ?? 20, 1)
    this.openMs = positive('openMs', options.openMs ?? 60_000)
    this.probes = wholeNumber('probes', options.probes ?? 3, 1)
    this.counts = slidingCounts(positive('windowMs', options.windowMs ?? 10_000))
    this.nowMs = options.nowMs ?? monotonicMs
    this.observer = options.observer
    const { around, execute } = makePolicy(guard(this, options.isFailure ?? isUpstreamFailure))
    this.around = around
    this.execute = execute
  }

  tryAcquire(): boolean {
    if (this.state === 'closed') return true
    if (!this.canAcquire()) {
      this.observer?.onEvent({ type: 'circuit_refused', name: this.name })
      return false
    }
    // Half-open, too: probes whose outcome was never told would otherwise shut the circuit for ever.
    const isBlocked = this.state === 'open' || this.probesAdmitted >= this.probes
    if (isBlocked) this.change('half_open', 'open_time_over', this.nowMs())
    this.probesAdmitted += 1
    return true
  }

  canAcquire(): boolean {
    if (this.state === 'closed' || (this.state === 'half_open' && this.probesAdmitted < this.probes)) return true
    return this.nowMs() - this.changedAtMs >= this.openMs
  }

  onSuccess(generation = this.generation): void {
    if (generation !== this.generation || this.state === 'open') return
    if (this.state === 'half_open') {
      this.probesSucceeded += 1
      if (this.probesSucceeded >= this.probes) this.change('closed', 'probes_succeeded', this.nowMs())
      return
    }
    const nowMs = this.nowMs()
    this.inARow = 0
    this.counts.record(false, nowMs)
    this.openIfTooManyFailed(nowMs)
  }

  onFailure(generation = this.generation): void {
    if (generation !== this.generation || this.state === 'open') return
    const nowMs = this.nowMs()
    if (this.state === 'half_open') return this.change('open', 'probe_failed', nowMs)
    this.inARow += 1
    this.counts.record(true, nowMs)
    if (this.inARow >= this.maxInARow) this.change('open', 'failures_in_a_row', nowMs)
    else this.openIfTooManyFailed(nowMs)
  }

  onCancelled(generation = this.generation): void {
    if (generation !== this.generation || this.state !== 'half_open') return
    if (this.probesAdmitted > this.probesSucceeded) this.probesAdmitted -= 1
  }

  probe(): boolean {
    if (this.state !== 'open') return false
    this.change('half_open', 'probed', this.nowMs())
    return true
  }

  reset(): void {
    this.change('closed', 'reset', this.nowMs())
  }

  retryAfterSeconds(): number {
    if (this.state === 'closed') return 0
    if (this.state === 'half_open') return 1
    return Math.max(1, Math.ceil((this.changedAtMs + this.openMs - this.nowMs()) / 1_000))
  }

  refusal(): AppError {
    return new AppError('unavailable', 'circuit_open', `${this.name} is not being called: its last calls failed`, {
      retryAfterSeconds: this.retryAfterSeconds(),
    })
  }

  snapshot(): CircuitSnapshot {
    this.counts.advance(this.nowMs())
    return {
      name: this.name,
      state: this.state,
      failuresInARow: this.inARow,
      calls: this.counts.calls(),
      failures: this.counts.failures(),
      probesSucceeded: this.probesSucceeded,
      retryAfterSeconds: this.retryAfterSeconds(),
    }
  }

  onStateChange(listener: (change: CircuitChange) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  private openIfTooManyFailed(nowMs: number): void {
    const calls = this.counts.calls()
    if (calls >= this.minCalls && this.counts.failures() > calls * this.errorRate) {
      this.change('open', 'error_rate', nowMs)
    }
  }

  private change(to: CircuitState, cause: CircuitCause, nowMs: number): void {
    const from = this.state
    this.state = to
    this.generation += 1
    this.changedAtMs = nowMs
    this.inARow = 0
    this.probesAdmitted = 0
    this.probesSucceeded = 0
    this.counts.clear()
    if (from === to) return
    this.observer?.onEvent({ type: 'circuit_state_changed', name: this.name, from, to, cause })
    for (const listener of this.listeners) listener({ from, to, cause })
  }
}
