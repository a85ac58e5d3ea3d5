import { type AppError, isAppError, platformError } from '@stoa/kernel'
import type { CallScope } from './call-scope.ts'
import type { CircuitCause, CircuitState, Observer } from './events.ts'
import { evidenceOf, type Evidence } from './evidence.ts'
import { makePolicy, type Layer, type Policy } from './policy.ts'
import { positive, share, wholeNumber } from './settings.ts'
import { slidingCounts, type SlidingCounts } from './sliding-counts.ts'
import { monotonicMs } from './time.ts'

/** Settings of a circuit breaker; each has the default of the platform. */
export interface CircuitBreakerOptions {
  readonly name?: string
  /** Opens after this many failures in a row (5); timeouts are never in a row, as a slow instance is not a dead one. */
  readonly failuresInARow?: number
  /** Opens when more than this share of the window's calls failed or timed out (0.5) … */
  readonly errorRate?: number
  /** … and there were at least this many (20) … */
  readonly minCalls?: number
  /** … in this time (10 s). */
  readonly windowMs?: number
  /** Refuses for this long before it lets probes through (60 s). */
  readonly openMs?: number
  /** How often the other side is asked meanwhile whether it is ready (never): `retryAfterSeconds` is then two of these at most. */
  readonly askedEveryMs?: number
  /** This many probes must succeed before it closes (3); no more are let through in a second. */
  readonly probes?: number
  /** Classifies an error of a call; `evidenceOf` by default. */
  readonly evidenceOf?: (error: unknown) => Evidence
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
  /** A description of the last failure; kept after the circuit has closed. */
  readonly lastFailure: string | undefined
}

/** A change of state. */
export interface CircuitChange {
  readonly from: CircuitState
  readonly to: CircuitState
  readonly cause: CircuitCause
}

/**
 * A circuit breaker (Nygard, Release It!): as a policy, or by hand without promises: `tryAcquire`, then exactly one of
 * `onSuccess`, `onFailure`, `onTimeout`, `onCancelled`. An outcome that names the `generation` read after `tryAcquire` is ignored
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
  /** The callee responded, with any result. */
  onSuccess(generation?: number): void
  /** It could not be reached, or the connection was lost; `what` is for people. */
  onFailure(generation?: number, what?: string): void
  /** The callee did not respond in time: counts only in the error rate, and reopens a half-open circuit. */
  onTimeout(generation?: number, what?: string): void
  /** The call was not sent, or was abandoned by its caller: releases the slot of a probe, and counts nothing. */
  onCancelled(generation?: number): void
  /**
   * The instance reports that it is ready: an open breaker becomes half open early, and this counts as a successful
   * probe. After timeouts only calls can show that the instance has recovered, so it does not count while a call is in progress.
   */
  onReady(): void
  /** Closes it and forgets all counts. */
  reset(): void
  /** Whole seconds until a call may be let through, where the other side is asked the time of two questions at most; 0 when closed. */
  retryAfterSeconds(): number
  /** The refusal `service.circuit_open` (unavailable, with Retry-After). */
  refusal(): AppError
  snapshot(): CircuitSnapshot
  /** Calls the listener after every change; returns a function that removes it. */
  onStateChange(listener: (change: CircuitChange) => void): () => void
}

/** Makes a closed breaker. Throws RangeError for an invalid setting. */
export function circuitBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  return new Breaker(options)
}

function isGivenUp(error: unknown, scope: CallScope): boolean {
  return scope.isAborted && !(isAppError(error) && error.kind === 'timeout')
}

function guard(breaker: CircuitBreaker, judge: (error: unknown) => Evidence): (next: Layer) => Layer {
  const settle = (generation: number, evidence: Evidence, error: unknown) => {
    if (evidence === 'answer') breaker.onSuccess(generation)
    else if (evidence === 'failure') breaker.onFailure(generation, String(error))
    else if (evidence === 'timeout') breaker.onTimeout(generation, String(error))
    else breaker.onCancelled(generation)
  }
  return (next) => async (call, scope) => {
    if (!breaker.tryAcquire()) throw breaker.refusal()
    const generation = breaker.generation
    try {
      const answer = await next(call, scope)
      breaker.onSuccess(generation)
      return answer
    } catch (error) {
      settle(generation, isGivenUp(error, scope) ? 'none' : judge(error), error)
      throw error
    }
  }
}

/** No more probes than `probes` are let through in this time. */
const probeWindowMs = 1_000

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
  private readonly askedEveryMs: number
  private readonly probes: number
  private readonly counts: SlidingCounts
  private readonly nowMs: () => number
  private readonly observer: Observer | undefined
  private readonly listeners = new Set<(change: CircuitChange) => void>()
  private inARow = 0
  private changedAtMs = 0
  private probesSinceMs = 0
  private probesAdmitted = 0
  private probesUnderWay = 0
  private probesSucceeded = 0
  private lastFailure: string | undefined = undefined
  private hasTimedOut = false

  constructor(options: CircuitBreakerOptions) {
    this.name = options.name ?? 'circuit'
    this.maxInARow = wholeNumber('failuresInARow', options.failuresInARow ?? 5, 1)
    this.errorRate = share('errorRate', options.errorRate ?? 0.5)
    this.minCalls = wholeNumber('minCalls', options.minCalls ?? 20, 1)
    this.openMs = positive('openMs', options.openMs ?? 60_000)
    this.askedEveryMs = positive('askedEveryMs', options.askedEveryMs ?? this.openMs)
    this.probes = wholeNumber('probes', options.probes ?? 3, 1)
    this.counts = slidingCounts(positive('windowMs', options.windowMs ?? 10_000))
    this.nowMs = options.nowMs ?? monotonicMs
    this.observer = options.observer
    const { around, execute } = makePolicy(guard(this, options.evidenceOf ?? evidenceOf))
    this.around = around
    this.execute = execute
  }

  tryAcquire(): boolean {
    if (this.state === 'closed') return true
    if (!this.canAcquire()) {
      this.observer?.onEvent({ type: 'circuit_refused', name: this.name })
      return false
    }
    const nowMs = this.nowMs()
    if (this.state === 'open') this.change('half_open', 'open_time_over', nowMs)
    // Per second, not until the probes have ended: slow calls would otherwise block all others.
    if (nowMs - this.probesSinceMs >= probeWindowMs) {
      this.probesSinceMs = nowMs
      this.probesAdmitted = 0
    }
    this.probesAdmitted += 1
    this.probesUnderWay += 1
    return true
  }

  canAcquire(): boolean {
    if (this.state === 'closed') return true
    if (this.state === 'open') return this.nowMs() - this.changedAtMs >= this.openMs
    return this.probesAdmitted < this.probes || this.nowMs() - this.probesSinceMs >= probeWindowMs
  }

  onSuccess(generation = this.generation): void {
    if (generation !== this.generation || this.state === 'open') return
    if (this.state === 'half_open') {
      this.probesUnderWay -= 1
      return this.noteProbe()
    }
    const nowMs = this.nowMs()
    this.inARow = 0
    this.counts.record(false, nowMs)
    this.openIfTooManyFailed(nowMs)
  }

  onFailure(generation = this.generation, what?: string): void {
    if (!this.isCounted(generation, what, false)) return
    this.inARow += 1
    if (this.inARow >= this.maxInARow) this.change('open', 'failures_in_a_row', this.nowMs())
    else this.openIfTooManyFailed(this.nowMs())
  }

  onTimeout(generation = this.generation, what?: string): void {
    if (this.isCounted(generation, what, true)) this.openIfTooManyFailed(this.nowMs())
  }

  onCancelled(generation = this.generation): void {
    if (generation !== this.generation || this.state !== 'half_open' || this.probesUnderWay === 0) return
    this.probesUnderWay -= 1
    if (this.probesAdmitted > 0) this.probesAdmitted -= 1
  }

  onReady(): void {
    if (this.state === 'closed') return
    if (this.state === 'open') this.change('half_open', 'ready', this.nowMs())
    if (!this.hasTimedOut || this.probesUnderWay === 0) this.noteProbe()
  }

  reset(): void {
    this.change('closed', 'reset', this.nowMs())
  }

  retryAfterSeconds(): number {
    if (this.state === 'closed') return 0
    if (this.state === 'half_open') return 1
    const openForMs = this.changedAtMs + this.openMs - this.nowMs()
    return Math.max(1, Math.ceil(Math.min(openForMs, 2 * this.askedEveryMs) / 1_000))
  }

  refusal(): AppError {
    const detail = `the circuit breaker of ${this.name} is open: its last calls failed`
    return platformError('service.circuit_open', detail, { retryAfterSeconds: this.retryAfterSeconds() })
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
      lastFailure: this.lastFailure,
    }
  }

  onStateChange(listener: (change: CircuitChange) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Notes a failure; whether it is one more of a closed circuit. */
  private isCounted(generation: number, what: string | undefined, isTimeout: boolean): boolean {
    if (generation !== this.generation || this.state === 'open') return false
    this.lastFailure = what
    this.hasTimedOut = isTimeout
    const wasClosed = this.state === 'closed'
    if (wasClosed) this.counts.record(true, this.nowMs())
    else this.change('open', 'probe_failed', this.nowMs())
    return wasClosed
  }

  private noteProbe(): void {
    this.probesSucceeded += 1
    if (this.probesSucceeded >= this.probes) this.change('closed', 'probes_succeeded', this.nowMs())
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
    this.probesSinceMs = nowMs
    this.probesAdmitted = 0
    this.probesUnderWay = 0
    this.probesSucceeded = 0
    this.counts.clear()
    if (from === to) return
    const { name, lastFailure } = this
    this.observer?.onEvent({ type: 'circuit_state_changed', name, from, to, cause, lastFailure })
    for (const listener of this.listeners) listener({ from, to, cause })
  }
}
