import { type AppError, platformError } from '@stoa/kernel'
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
  /** Calls that may wait for a slot, first come, first served (200). */
  readonly maxWaiting?: number
  readonly time?: Time
  readonly observer?: Observer | undefined
}

/** A caller that waits for a slot; the object itself identifies the waiter. */
export interface BulkheadWaiter {
  /** Called once when the waiter gets a slot, inside `leave` of another call; release the slot with `leave`. */
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
 * Limits concurrent calls, so that one slow upstream cannot use all resources. Use it as a policy, or directly without promises: `tryEnter`
 * or `tryWait`, and `leave` exactly once for every slot.
 */
export interface Bulkhead extends Policy {
  readonly name: string
  /** Takes a slot if one is free and no caller is waiting for it. */
  tryEnter(): boolean
  /** Enters the queue; returns false, and emits an event, if the queue is full. */
  tryWait(waiter: BulkheadWaiter): boolean
  /** Steps out of the line; false when it wasn't in it, as when it has been called. */
  cancelWait(waiter: BulkheadWaiter): boolean
  /** Releases a slot, and immediately gives it to the first waiter. */
  leave(): void
  /** The refusal `service.saturated` (unavailable). */
  refusal(): AppError
  snapshot(): BulkheadSnapshot
}

/** Makes an empty bulkhead. Throws RangeError for an invalid setting. */
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
    return platformError('service.saturated', `${this.name} has the maximum number of concurrent calls`)
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

function guard(slots: Bulkhead, time: Time): (next: Layer) => Layer {
  return (next) => async (call, scope) => {
    if (!slots.tryEnter()) await waitForSlot(slots, scope, time)
    try {
      return await next(call, scope)
    } finally {
      slots.leave()
    }
  }
}

function waitForSlot(slots: Bulkhead, scope: CallScope, time: Time): Promise<void> {
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
      if (slots.cancelWait(waiter)) reject(error)
    }
    const onAbort = () => giveUp(signal?.reason)
    if (!slots.tryWait(waiter)) return reject(slots.refusal())
    signal?.addEventListener('abort', onAbort, { once: true })
    const expire = () => giveUp(deadlineExceeded(`${slots.name} had no free slot in time`))
    const timer =
      scope.deadline === undefined ? undefined : time.setTimer(expire, remainingMs(scope.deadline, time.epochMs()))
  })
}
