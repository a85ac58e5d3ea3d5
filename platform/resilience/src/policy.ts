import { CallScope, type CallContext, type CallOptions } from './call-scope.ts'

/** The guarded call: an async function of the context. */
export type Call<T> = (context: CallContext) => Promise<T>

/** The step of a policy with all inner steps; composed once, so that a call creates no closures. */
export type Layer = <T>(call: Call<T>, scope: CallScope) => Promise<T>

declare const fallsBackTo: unique symbol

/** A policy, single or composed; `Fallback` is the type of its alternative result. */
export interface Policy<Fallback = never> {
  /** Runs the call under the policy; rejects with the call's error or the policy's refusal. */
  readonly execute: <T>(call: Call<T>, options?: CallOptions) => Promise<T | Fallback>
  /** Wraps the inner layer in the policy; for `wrap` and custom policies. */
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

/** Makes a policy from the function that wraps the inner layer. */
export function makePolicy<Fallback = never>(around: (next: Layer) => Layer): Policy<Fallback> {
  const layer = around(callItself)
  return { around, execute: (call, options) => layer(call, CallScope.root(options)) }
}

/**
 * Composes policies, the outermost first. The usual order is fallback, bulkhead, timeout (in total), retry, breaker,
 * timeout (of one attempt): a breaker counts only the results it receives, so the timeout of an attempt must be inside it.
 */
export function wrap<const P extends readonly Policy<unknown>[]>(...policies: P): Policy<FallbackOf<P[number]>> {
  return makePolicy((next) => policies.reduceRight((inner, policy) => policy.around(inner), next))
}
