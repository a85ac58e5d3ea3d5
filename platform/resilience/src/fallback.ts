import { isAppError } from '@stoa/kernel'
import type { CallContext, CallScope } from './call-scope.ts'
import type { Observer } from './events.ts'
import { makePolicy, type Call, type Policy } from './policy.ts'

/** Settings of a fallback. */
export interface FallbackOptions<Fallback> {
  readonly name?: string
  /** What is answered instead. */
  readonly answer: (error: unknown, context: CallContext) => Fallback | Promise<Fallback>
  /** After which errors; by default `unavailable` and `timeout`: neither a refusal nor a bug is covered up. */
  readonly when?: (error: unknown) => boolean
  readonly observer?: Observer | undefined
}

/** Answers something else when a call fails because the other side is away. */
export function fallback<Fallback>(options: FallbackOptions<Fallback>): Policy<Fallback> {
  const { name = 'fallback', answer, when = isAway, observer } = options
  return makePolicy<Fallback>((next) => async <T>(call: Call<T>, scope: CallScope) => {
    try {
      return await next(call, scope)
    } catch (error) {
      if (!when(error)) throw error
      observer?.onEvent({ type: 'fell_back', name })
      // Layers carry the call's own type; that the answer may be the fallback's stands in Policy<Fallback>.
      return (await answer(error, scope)) as unknown as T
    }
  })
}

function isAway(error: unknown): boolean {
  return isAppError(error) && (error.kind === 'unavailable' || error.kind === 'timeout')
}
