import { isAppError } from '@stoa/kernel'
import type { CallContext, CallScope } from './call-scope.ts'
import type { Observer } from './events.ts'
import { makePolicy, type Call, type Policy } from './policy.ts'

/** Settings of a fallback. */
export interface FallbackOptions<Fallback> {
  readonly name?: string
  /** The alternative result. */
  readonly answer: (error: unknown, context: CallContext) => Fallback | Promise<Fallback>
  /** After which errors; by default `unavailable` and `timeout`: neither a refusal nor a bug is covered up. */
  readonly when?: (error: unknown) => boolean
  readonly observer?: Observer | undefined
}

/** Returns an alternative result if a call fails because the callee is unavailable. */
export function fallback<Fallback>(options: FallbackOptions<Fallback>): Policy<Fallback> {
  const { name = 'fallback', answer, when = isAway, observer } = options
  return makePolicy<Fallback>((next) => async <T>(call: Call<T>, scope: CallScope) => {
    try {
      return await next(call, scope)
    } catch (error) {
      if (!when(error)) throw error
      observer?.onEvent({ type: 'fell_back', name })
      // Layers have the type of the call; Policy<Fallback> declares that the result may be the fallback.
      return (await answer(error, scope)) as unknown as T
    }
  })
}

function isAway(error: unknown): boolean {
  return isAppError(error) && (error.kind === 'unavailable' || error.kind === 'timeout')
}
