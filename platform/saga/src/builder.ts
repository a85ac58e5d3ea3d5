import type {
  EntryContext,
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
  /** How often an action is tried when the callee is unavailable; 5 when not said, Infinity until it answers. */
  readonly attempts?: number
  /** Milliseconds one attempt may take; 10,000 when not said. */
  readonly timeoutMs?: number
}

/** What a saga as a whole is given. */
export interface SagaPolicy {
  /**
   * Milliseconds from its start, waits not counted, after which a saga before its pivot is compensated; 600,000 when not
   * said, Infinity for one whose first steps cannot be undone.
   */
  readonly timeoutMs?: number
}

interface Step<S extends Service, Input, Done, Name extends string, Result> extends Policy {
  /** Runs in the transaction that journals the step as entered; `fail` in it ends the step. */
  readonly enter?: (tx: Tx<S>, context: EntryContext<Input, Done>) => Promise<void>
  /** Called at least once, always with the same idempotency key. */
  readonly action: (context: StepContext<S, Input, Done>) => Promise<Result>
  /** Undoes the action; its own result may be missing, when the call was sent and no answer came. */
  readonly compensation: 'none' | ((context: StepContext<S, Input, Maybe<Done, Name, Result>>) => Promise<unknown>)
  /** Runs in the transaction that journals the result. */
  readonly then?: (tx: Tx<S>, result: Result, context: EntryContext<Input, Done>) => Promise<void>
}

type Forward<S extends Service, Input, Done, Name extends string, Result> = Omit<
  Step<S, Input, Done, Name, Result>,
  'compensation'
>

interface Wait<S extends Service, Input, Done, Value> {
  /** Whether to wait at all. */
  readonly when?: (done: Done, input: Input) => boolean
  readonly timeoutMs: number
  /** Runs in the transaction that journals the wait as begun. */
  readonly enter?: (tx: Tx<S>, context: EntryContext<Input, Done>) => Promise<void>
  /** Runs in the transaction that journals the signal as read; `fail` in it begins the compensation. */
  readonly then?: (tx: Tx<S>, value: Value, context: EntryContext<Input, Done>) => Promise<void>
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

/** A chain behind its pivot: only forward, each step retried until it holds. */
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

/** A chain before its pivot: every step names its compensation. */
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
 * Begins the chain of a declared saga. Steps run in order, each journalled before the next begins; before the pivot a
 * failure compensates in reverse order, after it only forward (Garcia-Molina and Salem, Sagas, 1987). Throws when a
 * step's name comes twice.
 */
export function saga<S extends Service, Name extends keyof S['sagas'] & string>(
  service: S,
  name: Name,
  { timeoutMs }: SagaPolicy = {},
): Chain<S, Name, SagaInput<S, Name>, {}> {
  const version = service.sagas[name]?.version ?? 1
  return chain<S, Name>({
    name,
    version,
    timeoutMs,
    steps: [],
    onCompensated: undefined,
    onCompleted: undefined,
  }) as never
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
    waitFor: (name: string, wait: object) => add('wait', name, wait),
    pivot: (name: string, step: object) => add('pivot', name, step),
    whenCompensated: (run: SagaDefinition<S, Name>['onCompensated']) => chain({ ...definition, onCompensated: run }),
    whenCompleted: (run: SagaDefinition<S, Name>['onCompleted']) => chain({ ...definition, onCompleted: run }),
  }
}
