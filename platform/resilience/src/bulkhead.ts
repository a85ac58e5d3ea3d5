import { AppError } from '@stoa/kernel'
import type { CallScope } from './call-scope.ts'
import { deadlineExceeded, remainingMs } from './deadline.ts'
import type { Observer } from './events.ts'
import { makePolicy, type Layer, type Policy } from './policy.ts'
import { wholeNumber } from './settings.ts'
import { systemTime, type Time } from './time.ts'

/** Settings of a bulkhead. */
export interface BulkheadOptions {
  readonly name?: string
  /** Calls at once (100). */
  readonly maxConcurrent?: number
  /** Calls that wait for a place, first come first served (200). */
  readonly maxWaiting?: number
  readonly time?: Time
  readonly observer?: Observer | undefined
}

/** Somebody who waits for a place; the object itself is the ticket. */
export interface BulkheadWaiter {
  /** A place is yours: called once, inside another's `leave`; give it back with `leave`. */
  onEnter(): void
}

/** How full a bulkhead is. */
export interface BulkheadSnapshot {
  readonly name: string
  readonly active: number
  readonly waiting: number
  readonly maxConcurrent: number
  readonly maxWaiting: number
}

/**
 * At most so many calls at once, so that one slow upstream can't take everything: as a policy, or by hand without
 * promises: `tryEnter`, or else `tryWait`, and `leave` exactly once for every place taken.
 */
export interface Bulkhead extends Policy {
  readonly name: string
  /** Takes a place if one is free and nobody waits for it. */
  tryEnter(): boolean
  /** Stands in line; false, and an event, when the line is full. */
  tryWait(waiter: BulkheadWaiter): boolean
  /** Steps out of the line; false when it wasn't in it, as when it has been called. */
  cancelWait(waiter: BulkheadWaiter): boolean
  /** Gives a place back, and to the first in line at once. */
  leave(): void
  /** The refusal `bulkhead_full` (unavailable). */
  refusal(): AppError
  snapshot(): BulkheadSnapshot
}

/** Makes an empty bulkhead; throws RangeError for a setting that makes no sense. */
export function bulkhead(options: BulkheadOptions = {}): Bulkhead {
  return new Places(options)
}

class Places implements Bulkhead {
  readonly name: string
  readonly around: Bulkhead['around']
  readonly execute: Bulkhead['execute']
  private readonly maxConcurrent: number
  private readonly maxWaiting: number
  private readonly observer: Observer | undefined
  private readonly line = new Set<BulkheadWaiter>()
  private active = 0
  private isCalling = false

  constructor(options: BulkheadOptions) {
    this.name = options.name ?? 'bulkhead'
    this.maxConcurrent = wholeNumber('maxConcurrent', options.maxConcurrent ?? 100, 1)
    this.maxWaiting = wholeNumber('maxWaiting', options.maxWaiting ?? 200, 0)
    this.observer = options.observer
    const { around, execute } = makePolicy(guard(this, options.time ?? systemTime))
    this.around = around
    this.execute = execute
  }

  tryEnter(): boolean {
    if (this.active >= this.maxConcurrent || this.line.size > 0) return false
    this.active += 1
    return true
  }

  tryWait(waiter: BulkheadWaiter): boolean {
    const isFull = this.line.size >= this.maxWaiting
    this.observer?.onEvent({ type: isFull ? 'bulkhead_refused' : 'bulkhead_queued', name: this.name })
    if (!isFull) this.line.add(waiter)
    return !isFull
  }

  cancelWait(waiter: BulkheadWaiter): boolean {
    return this.line.delete(waiter)
  }

  leave(): void {
    this.active -= 1
    if (this.line.size > 0) this.callWaiters()
  }

  refusal(): AppError {
    return new AppError('unavailable', 'bulkhead_full', `${this.name} has as many calls as it takes`)
  }

  snapshot(): BulkheadSnapshot {
    const { name, active, maxConcurrent, maxWaiting } = this
    return { name, active, waiting: this.line.size, maxConcurrent, maxWaiting }
  }

  private callWaiters(): void {
    // A waiter that leaves at once comes back here: in a loop, or a long line would exhaust the stack.
    if (this.isCalling) return
    this.isCalling = true
    try {
      for (const waiter of this.line) {
        if (this.active >= this.maxConcurrent) break
        this.line.delete(waiter)
        this.active += 1
        waiter.onEnter()
      }
    } finally {
      this.isCalling = false
    }
  }
}

function guard(places: Bulkhead, time: Time): (next: Layer) => Layer {
  return (next) => async (call, scope) => {
    if (!places.tryEnter()) await waitForPlace(places, scope, time)
    try {
      return await next(call, scope)
    } finally {
      places.leave()
    }
  }
}

function waitForPlace(places: Bulkhead, scope: CallScope, time: Time): Promise<void> {
  return new Promise((resolve, reject) => {
    const signal = scope.abortable
    if (signal?.aborted) return reject(signal.reason)
    const letGo = () => {
      if (timer !== undefined) time.clearTimer(timer)
      signal?.removeEventListener('abort', onAbort)
    }
    const waiter = {
      onEnter: () => {
        letGo()
        resolve()
      },
    }
    const giveUp = (error: unknown) => {
      letGo()
      if (places.cancelWait(waiter)) reject(error)
    }
    const onAbort = () => giveUp(signal?.reason)
    if (!places.tryWait(waiter)) return reject(places.refusal())
    signal?.addEventListener('abort', onAbort, { once: true })
    const expire = () => giveUp(deadlineExceeded(`${places.name} had no place in time`))
    const timer =
      scope.deadline === undefined ? undefined : time.setTimer(expire, remainingMs(scope.deadline, time.epochMs()))
  })
}
