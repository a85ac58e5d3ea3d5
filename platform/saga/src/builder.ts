import type {
  EntryContext,
  FailureCode,
  Json,
  SagaDefinition,
  SagaInput,
  SagaSignals,
  Service,
  StepContext,
  StepDefinition,
  Tx,
} from '@stoa/contract'
import type { Static } from 'typebox'

type Journaled<Result> = Result extends Json ? Result : never
type Kept<Done, Name extends string, Result> = Done & { readonly [N in Name]: Result }
type Maybe<Done, Name extends string, Result> = Done & { readonly [N in Name]?: Result }

interface Policy {
  /** Maximum attempts of an action while the callee is unavailable; 5 by default, Infinity retries until the callee responds. */
  readonly attempts?: number
  /** Maximum milliseconds of one attempt; 10,000 by default. */
  readonly timeoutMs?: number
}

/** The limits and the version of a whole saga. */
export interface SagaPolicy {
  /**
   * Milliseconds since its start, without waits, after which a saga before its pivot is compensated. 600,000 by default;
   * use Infinity for a saga whose first steps cannot be compensated.
   */
  readonly timeoutMs?: number
  /** The version of the contract by default; keep older versions bound until no saga of that version is running. */
  readonly version?: number
}

interface Step<S extends Service, Input, Done, Name extends string, Result> extends Policy {
  /** Runs in the transaction that journals the step as entered; `fail` in it ends the step. */
  readonly enter?: (tx: Tx<S>, context: EntryContext<S, Input, Done>) => Promise<void>
  /** Called at least once, always with the same idempotency key. */
  readonly action: (context: StepContext<S, Input, Done>) => Promise<Result>
  /** Undoes the action. The result of the action may be missing if the call got no response. */
  readonly compensation: 'none' | ((context: StepContext<S, Input, Maybe<Done, Name, Result>>) => Promise<unknown>)
  /** Runs in the transaction that journals the result. */
  readonly then?: (tx: Tx<S>, result: Result, context: EntryContext<S, Input, Done>) => Promise<void>
}

type Forward<S extends Service, Input, Done, Name extends string, Result> = Omit<
  Step<S, Input, Done, Name, Result>,
  'compensation'
>

interface Wait<S extends Service, Input, Done, Value> {
  /** Whether to wait at all. */
  readonly when?: (done: Done, input: Input) => boolean
  /** Milliseconds, or a pure function of the saga's input that returns them, which is called again after each restart. */
  readonly timeoutMs: number | ((input: Input) => number)
  /** The error code after the timeout; `saga.timed_out` by default. */
  readonly timeoutCode?: FailureCode<S>
  /** Runs in the transaction that journals the start of the wait. */
  readonly enter?: (tx: Tx<S>, context: EntryContext<S, Input, Done>) => Promise<void>
  /** Runs in the transaction that journals the signal; `fail` starts the compensation. */
  readonly then?: (tx: Tx<S>, value: Value, context: EntryContext<S, Input, Done>) => Promise<void>
}

interface Ends<S extends Service, Name extends keyof S['sagas'] & string, Input, Done> extends SagaDefinition<S, Name> {
  /** Runs in the transaction that ends the saga as compensated. */
  whenCompensated(
    run: (
      tx: Tx<S>,
      context: { readonly input: Input; readonly reason: string; readonly done: Partial<Done> },
    ) => Promise<void>,
  ): Ends<S, Name, Input, Done>
  /** Runs in the transaction that ends the saga as completed. */
  whenCompleted(
    run: (tx: Tx<S>, context: { readonly input: Input; readonly done: Done }) => Promise<void>,
  ): Ends<S, Name, Input, Done>
}

/** A chain after its pivot: it only moves forward, and each step is retried until it succeeds. */
export interface ForwardChain<S extends Service, Saga extends keyof S['sagas'] & string, Input, Done> extends Ends<
  S,
  Saga,
  Input,
  Done
> {
  step<const Name extends string, Result extends Json | void>(
    name: Name,
    step: Forward<S, Input, Done, Name, Result>,
  ): ForwardChain<S, Saga, Input, Kept<Done, Name, Journaled<Result>>>
}

/** A chain before its pivot: every step declares its compensation. */
export interface Chain<S extends Service, Saga extends keyof S['sagas'] & string, Input, Done> extends Ends<
  S,
  Saga,
  Input,
  Done
> {
  step<const Name extends string, Result extends Json | void>(
    name: Name,
    step: Step<S, Input, Done, Name, Result>,
  ): Chain<S, Saga, Input, Kept<Done, Name, Result>>
  waitFor<const Name extends keyof SagaSignals<S, Saga> & string>(
    name: Name,
    wait: Wait<S, Input, Done, Static<SagaSignals<S, Saga>[Name]>>,
  ): Chain<S, Saga, Input, Maybe<Done, Name, Static<SagaSignals<S, Saga>[Name]>>>
  pivot<const Name extends string, Result extends Json | void>(
    name: Name,
    step: Forward<S, Input, Done, Name, Result>,
  ): ForwardChain<S, Saga, Input, Kept<Done, Name, Result>>
}

/**
 * Starts the definition of a declared saga. Steps run in order, and each is journalled before the next starts. A failure
 * before the pivot compensates in reverse order; after the pivot, steps are retried (Garcia-Molina and Salem, Sagas, 1987). Throws if a step name is used twice.
 */
export function saga<S extends Service, Name extends keyof S['sagas'] & string>(
  service: S,
  name: Name,
  { timeoutMs, version = service.sagas[name]?.version ?? 1 }: SagaPolicy = {},
): Chain<S, Name, SagaInput<S, Name>, {}> {
  return chain<S, Name>({
    name,
    version,
    timeoutMs,
    steps: [],
    onCompensated: undefined,
    onCompleted: undefined,
  }) as never
}

function withTimeout(wait: { readonly timeoutMs?: unknown }): object {
  const { timeoutMs, ...rest } = wait
  return typeof timeoutMs === 'function' ? { ...rest, timeoutOf: timeoutMs } : wait
}

function chain<S extends Service, Name extends keyof S['sagas'] & string>(definition: SagaDefinition<S, Name>): object {
  const add = (kind: StepDefinition['kind'], name: string, step: object) => {
    if (definition.steps.some((known) => known.name === name))
      throw new Error(`saga ${definition.name} has two steps ${name}`)
    const { compensation, ...rest } = step as { compensation?: 'none' | StepDefinition<S>['compensation'] }
    const undo = compensation === undefined || compensation === 'none' ? {} : { compensation }
    return chain({ ...definition, steps: [...definition.steps, { ...rest, ...undo, kind, name }] })
  }
  return {
    ...definition,
    step: (name: string, step: object) => add('step', name, step),
    waitFor: (name: string, wait: object) => add('wait', name, withTimeout(wait)),
    pivot: (name: string, step: object) => add('pivot', name, step),
    whenCompensated: (run: SagaDefinition<S, Name>['onCompensated']) => chain({ ...definition, onCompensated: run }),
    whenCompleted: (run: SagaDefinition<S, Name>['onCompleted']) => chain({ ...definition, onCompleted: run }),
  }
}
