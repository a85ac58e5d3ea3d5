import type { Tx } from './handlers.ts'
import type { ReadHandle } from './handles.ts'
import type { Calls } from './rpc.ts'
import type { FailureCode, SagaInput, Service } from './service.ts'

/** The values that a journal can store: plain JSON; use ids rather than personal data. */
export type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json }

/** Ends a step with a business error: the compensation starts immediately, without a retry. */
export type Fail<S extends Service = Service> = (code: FailureCode<S>, detail?: string) => never

/** The context of an action or a compensation. */
export interface StepContext<S extends Service, Input, Done> {
  readonly calls: Calls<S['calls']>
  readonly db: ReadHandle
  readonly input: Input
  /** The results of the steps before this one, from the journal. */
  readonly done: Done
  readonly fail: Fail<S>
}

/** The context of code that runs in the transaction of the journal. */
export interface EntryContext<S extends Service, Input, Done> {
  readonly input: Input
  readonly done: Done
  readonly fail: Fail<S>
}

/** One step as the engine runs it, its types erased. */
export interface StepDefinition<S extends Service = Service> {
  readonly kind: 'step' | 'pivot' | 'wait'
  readonly name: string
  readonly action?: (context: StepContext<S, any, any>) => Promise<Json | void>
  readonly compensation?: (context: StepContext<S, any, any>) => Promise<unknown>
  readonly enter?: (tx: Tx<S>, context: EntryContext<S, any, any>) => Promise<void>
  readonly then?: (tx: Tx<S>, result: any, context: EntryContext<S, any, any>) => Promise<void>
  readonly when?: (done: any, input: any) => boolean
  readonly attempts?: number
  readonly timeoutMs?: number
  /** The timeout of a wait that depends on the input of the saga. */
  readonly timeoutOf?: (input: any) => number
  /** The error code of a wait that timed out. */
  readonly timeoutCode?: FailureCode<S>
}

declare const sagaOf: unique symbol

/** A whole saga: what the engine drives, bound to its declaration. */
export interface SagaDefinition<S extends Service, Name extends keyof S['sagas'] & string> {
  readonly name: Name
  readonly version: number
  readonly timeoutMs?: number | undefined
  readonly steps: readonly StepDefinition<S>[]
  readonly onCompensated:
    | ((
        tx: Tx<S>,
        context: { readonly input: SagaInput<S, Name>; readonly reason: string; readonly done: any },
      ) => Promise<void>)
    | undefined
  readonly onCompleted:
    | ((tx: Tx<S>, context: { readonly input: SagaInput<S, Name>; readonly done: any }) => Promise<void>)
    | undefined
  readonly [sagaOf]?: Name
}
