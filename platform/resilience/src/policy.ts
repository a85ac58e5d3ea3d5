import { CallScope, type CallContext, type CallOptions } from './call-scope.ts'

/** What policies guard: a function of the context that answers with a promise. */
export type Call<T> = (context: CallContext) => Promise<T>

/** One policy's step with all that lies inside it; composed once, so that a call makes no closures. */
export type Layer = <T>(call: Call<T>, scope: CallScope) => Promise<T>

declare const fallsBackTo: unique symbol

/** A policy, alone or composed; `Fallback` is what it may answer instead of the call's own result. */
export interface Policy<Fallback = never> {
  /** Runs the call under the policy; rejects with the call's error or the policy's refusal. */
  readonly execute: <T>(call: Call<T>, options?: CallOptions) => Promise<T | Fallback>
  /** Puts the policy around what lies inside it; for `wrap` and for policies of one's own. */
  readonly around: (next: Layer) => Layer
  readonly [fallsBackTo]?: Fallback
}

type FallbackOf<P> = P extends { readonly [fallsBackTo]?: infer Fallback } ? Fallback : never

const callItself: Layer = (call, scope) => {
  try {
    return call(scope)
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Makes a policy of the way it puts itself around what lies inside. */
export function makePolicy<Fallback = never>(around: (next: Layer) => Layer): Policy<Fallback> {
  const layer = around(callItself)
  return { around, execute: (call, options) => layer(call, CallScope.root(options)) }
}

/**
 * Composes policies, the outermost first. The usual order is fallback, bulkhead, timeout (in total), retry, breaker,
 * timeout (of one attempt): a breaker counts only what comes back to it, so a timeout stands inside it.
 */
export function wrap<const P extends readonly Policy<unknown>[]>(...policies: P): Policy<FallbackOf<P[number]>> {
  return makePolicy((next) => policies.reduceRight((inner, policy) => policy.around(inner), next))
}
