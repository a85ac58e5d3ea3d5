import type { Deadline } from './deadline.ts'

/** What a call sees of the policies around it. */
export interface CallContext {
  /** Aborts when the result is no longer needed: after a timeout, when another hedge wins, or with the signal of the caller. Created on first use. */
  readonly signal: AbortSignal
  /** 1 for the first attempt, 2 for its first repetition. */
  readonly attempt: number
  readonly deadline: Deadline | undefined
  /** The key for rate limits and consistent hashing. */
  readonly key: string | undefined
}

/** What a caller may hand to `execute`. */
export interface CallOptions {
  readonly deadline?: Deadline | undefined
  readonly signal?: AbortSignal | undefined
  readonly key?: string | undefined
}

/**
 * The context of policies. It is a class because one is created for every call: an AbortController costs more than all
 * policies together, so the signal comes from a getter on the prototype and is created on first use.
 */
export class CallScope implements CallContext {
  readonly attempt: number
  readonly deadline: Deadline | undefined
  readonly key: string | undefined
  private readonly parent: CallScope | undefined
  private readonly given: AbortSignal | undefined
  private readonly isAbortable: boolean
  private readonly isOwner: boolean
  private controller: AbortController | undefined = undefined
  private unfollow: (() => void) | undefined = undefined
  private reason: unknown = undefined
  private isCut = false
  private isEnded = false

  private constructor(
    attempt: number,
    deadline: Deadline | undefined,
    key: string | undefined,
    parent: CallScope | undefined,
    given: AbortSignal | undefined,
    isOwner: boolean,
  ) {
    this.attempt = attempt
    this.deadline = deadline
    this.key = key
    this.parent = parent
    this.given = given
    this.isOwner = isOwner
    this.isAbortable = given !== undefined || (parent !== undefined && (isOwner || parent.isAbortable))
  }

  /** The outermost scope of a call. */
  static root(options: CallOptions | undefined): CallScope {
    return new CallScope(1, options?.deadline, options?.key, undefined, options?.signal, true)
  }

  /** A repetition: another attempt under the same signal. */
  forAttempt(attempt: number): CallScope {
    return new CallScope(attempt, this.deadline, this.key, this, undefined, false)
  }

  /** Creates a nested scope that can be aborted separately; the creator calls `end` once it has settled. */
  fork(attempt: number, deadline: Deadline | undefined): CallScope {
    return new CallScope(attempt, deadline, this.key, this, undefined, true)
  }

  get signal(): AbortSignal {
    if (this.controller !== undefined) return this.controller.signal
    if (this.given !== undefined) return this.given
    if (!this.isOwner && this.parent !== undefined) return this.parent.signal
    return this.openSignal()
  }

  /** The signal, if anything can abort it at all; without making one otherwise. */
  get abortable(): AbortSignal | undefined {
    return this.isAbortable ? this.signal : undefined
  }

  /** Whether the signal has aborted, without making one. */
  get isAborted(): boolean {
    return this.isCut || this.given?.aborted === true || this.parent?.isAborted === true
  }

  /** Aborts this part and what was forked from it. */
  abort(reason: unknown): void {
    this.isCut = true
    this.reason = reason
    this.controller?.abort(reason)
  }

  /** Lets go of the outer signal. */
  end(): void {
    this.isEnded = true
    this.unfollow?.()
  }

  private openSignal(): AbortSignal {
    const controller = new AbortController()
    this.controller = controller
    if (this.isCut) controller.abort(this.reason)
    else if (this.parent?.isAbortable === true && !this.isEnded) this.follow(this.parent.signal, controller)
    return controller.signal
  }

  private follow(outer: AbortSignal, controller: AbortController): void {
    if (outer.aborted) return controller.abort(outer.reason)
    const onAbort = () => controller.abort(outer.reason)
    outer.addEventListener('abort', onAbort, { once: true })
    this.unfollow = () => outer.removeEventListener('abort', onAbort)
  }
}
