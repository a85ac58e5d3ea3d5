import type { Static, TSchema } from 'typebox'
import type { ErrorCatalogue, PlatformErrorCode } from '@stoa/kernel'
import type { App } from './apps.ts'
import type { BatchType } from './batches.ts'
import type { BlobShelf } from './blobs.ts'
import type { EventType } from './events.ts'
import type { AnyExample } from './examples.ts'
import type { FlagTypes } from './flags.ts'
import { noGraph, type Graph } from './graph.ts'
import type { Module } from './modules.ts'
import type { Mount } from './mounts.ts'
import type { Effect, Operation, Stream } from './operations.ts'
import type { Picked, Rpc } from './rpc.ts'
import type { Socket } from './sockets.ts'

/** The service level: availability as a fraction, p99 in milliseconds, and the fraction of responses that may be errors. */
export interface ServiceLevel {
  readonly availability: number
  readonly p99Ms: number
  readonly errorRate: number
}

/** How many processes of a service an orchestrator runs: from `min` to `max`, and the share of requested CPU (percent) at which it adds one. */
export interface Scaling {
  readonly min: number
  readonly max: number
  readonly cpuPercent: number
}

const defaultScaling: Scaling = { min: 3, max: 10, cpuPercent: 60 }

/** A declared saga: its version, its input, the signals it can wait for, and the codes of other services it can fail with. */
export interface SagaType<
  Input extends TSchema = TSchema,
  Signals extends Record<string, TSchema> = Record<string, TSchema>,
> {
  readonly version: number
  readonly input: Input
  readonly signals?: Signals
  /** Codes that `fail` accepts besides those of the service and of the platform: such as the reasons of a callee that declines. */
  readonly failsWith?: readonly string[]
}

/** A declared background task: its payload, and its interval if it runs on a schedule. */
export interface TaskType<Payload extends TSchema = TSchema> {
  readonly payload: Payload
  readonly attempts?: number
  /** The longest that one attempt may take; 60,000 by default. */
  readonly timeoutMs?: number
  /** Runs once in each period over all replicas, with an empty payload. */
  readonly everyMs?: number
}

/** An entry of `operations`. */
export type Route = Operation | Stream | Socket | Mount

/** The personal data that a service stores and the purpose of each, or `none`. */
export type PersonalDataKept = 'none' | { readonly [what: string]: string }

/** The description of any service. */
export interface Service {
  readonly name: string
  readonly port: number
  readonly owner: string
  readonly slo: ServiceLevel
  readonly scaling: Scaling
  readonly errors: ErrorCatalogue
  readonly operations: { readonly [name: string]: Route }
  // the narrower type keeps the details of the generated interface
  readonly rpc: Rpc<any, any> | undefined
  readonly publishes: { readonly [name: string]: EventType }
  readonly consumes: { readonly [name: string]: EventType }
  readonly batches: { readonly [name: string]: BatchType }
  readonly calls: { readonly [service: string]: Picked<any, any> }
  readonly sagas: { readonly [name: string]: SagaType }
  readonly tasks: { readonly [name: string]: TaskType }
  readonly flags: FlagTypes
  /** The personal data that the service stores and the purpose of each; `none` if it stores none. */
  readonly personalData: PersonalDataKept
  /** Examples of operations, by the name of the operation. */
  readonly examples: { readonly [operation: string]: AnyExample | undefined }
  /** The kinds of blobs that it stores, by the name of their shelf. */
  readonly blobs: { readonly [shelf: string]: BlobShelf }
  /** The web pages that are served with it, by the name of their folder in `apps/`; only the gateway has some. */
  readonly apps: { readonly [name: string]: App }
  /** What it contributes to the graph of the gateway (`/graphql`). */
  readonly graph: Graph
  /** The parts that a system can leave out, by name. */
  readonly modules?: { readonly [name: string]: Module } | undefined
  /** The modules that `withoutModule` has left out. */
  readonly leftOut?: readonly Module[] | undefined
}

/** Requires that the codes in `refuses` are in the catalogue of the service or of the platform. */
type RefusesOnly<Operations, Code extends string> = {
  [Name in keyof Operations]: Operations[Name] extends Operation<
    string,
    Effect,
    any,
    any,
    any,
    infer Used extends string,
    any,
    any
  >
    ? [Exclude<Used, Code>] extends [never]
      ? Operations[Name]
      : { readonly refuses: readonly Code[] }
    : Operations[Name]
}

interface Description<Errors, Operations, R, Publishes, Consumes, CallsOf, Sagas, Tasks, Personal, Batches, Flags> {
  readonly name: string
  readonly port: number
  readonly owner: string
  readonly slo: ServiceLevel
  /** From 3 to 10 processes at 60 % of the CPU by default. */
  readonly scaling?: Scaling
  readonly errors: Errors
  readonly operations: Operations
  readonly rpc?: R
  readonly publishes?: Publishes
  readonly consumes?: Consumes
  /** Events consumed in batches, for statistics, archives and copies; a single effect of an event belongs to `consumes`. */
  readonly batches?: Batches
  readonly calls?: CallsOf
  readonly sagas?: Sagas
  readonly tasks?: Tasks
  /** The feature flags that the service evaluates; `deps` gets them as `flags`. */
  readonly flags?: Flags
  readonly personalData: Personal
  /** The examples of the operations; none by default. */
  readonly examples?: Service['examples']
  /** The kinds of blobs that it stores, by the name of their shelf; none by default. */
  readonly blobs?: Service['blobs']
  /** The web pages that are served with it; none by default. */
  readonly apps?: Service['apps']
  /** The types, queries and relations that `/graphql` serves of it; none by default. */
  readonly graph?: Graph
  /** The parts that a system can leave out with `withoutModule`; none by default. */
  readonly modules?: Service['modules']
}

/** A described service whose declarations are also types. */
export interface DescribedService<
  Errors extends ErrorCatalogue,
  Operations,
  R,
  Publishes,
  Consumes,
  CallsOf,
  Sagas,
  Tasks,
  Personal extends PersonalDataKept = PersonalDataKept,
  Batches = {},
  Flags extends FlagTypes = {},
> {
  readonly name: string
  readonly port: number
  readonly owner: string
  readonly slo: ServiceLevel
  readonly scaling: Scaling
  readonly errors: Errors
  readonly operations: Operations
  readonly rpc: R
  readonly publishes: Publishes
  readonly consumes: Consumes
  readonly batches: Batches
  readonly calls: CallsOf
  readonly sagas: Sagas
  readonly tasks: Tasks
  readonly flags: Flags
  readonly personalData: Personal
  readonly examples: Service['examples']
  readonly blobs: Service['blobs']
  readonly apps: Service['apps']
  readonly graph: Graph
  readonly modules?: Service['modules']
}

/**
 * Describes one service: its operations, RPC methods, events, calls, sagas and tasks, its service level and its owner. Data only;
 * routes, policies, permissions of calls, OpenAPI and AsyncAPI documents are derived from it.
 */
export function describeService<
  const Errors extends ErrorCatalogue,
  const Operations extends { readonly [name: string]: Route },
  R extends Rpc<any, any> | undefined = undefined,
  const Publishes extends { readonly [name: string]: EventType } = {},
  const Consumes extends { readonly [name: string]: EventType } = {},
  const CallsOf extends { readonly [service: string]: Picked<any, any> } = {},
  const Sagas extends { readonly [name: string]: SagaType } = {},
  const Tasks extends { readonly [name: string]: TaskType } = {},
  const Personal extends PersonalDataKept = PersonalDataKept,
  const Batches extends { readonly [name: string]: BatchType } = {},
  const Flags extends FlagTypes = {},
>(
  description: Description<
    Errors,
    Operations & RefusesOnly<Operations, (keyof Errors & string) | PlatformErrorCode>,
    R,
    Publishes,
    Consumes,
    CallsOf,
    Sagas,
    Tasks,
    Personal,
    Batches,
    Flags
  >,
): DescribedService<Errors, Operations, R, Publishes, Consumes, CallsOf, Sagas, Tasks, Personal, Batches, Flags> {
  return {
    ...description,
    scaling: description.scaling ?? defaultScaling,
    rpc: description.rpc as R,
    publishes: description.publishes ?? ({} as Publishes),
    consumes: description.consumes ?? ({} as Consumes),
    batches: description.batches ?? ({} as Batches),
    calls: description.calls ?? ({} as CallsOf),
    sagas: description.sagas ?? ({} as Sagas),
    tasks: description.tasks ?? ({} as Tasks),
    flags: description.flags ?? ({} as Flags),
    examples: description.examples ?? {},
    blobs: description.blobs ?? {},
    apps: description.apps ?? {},
    graph: description.graph ?? noGraph,
  }
}

/** The events a service publishes. */
export type Published<S extends Service> = S['publishes'][keyof S['publishes']]

/** The events a service consumes, one at a time or in batches, erasures included. */
export type Consumed<S extends Service> =
  | S['consumes'][keyof S['consumes']]
  | {
      [Name in keyof S['batches']]: S['batches'][Name]['events'][keyof S['batches'][Name]['events']]
    }[keyof S['batches']]

/** The input with which a saga of the service starts. */
export type SagaInput<S extends Service, Name extends keyof S['sagas']> = Static<S['sagas'][Name]['input']>

/** The signals a saga of the service can wait for. */
export type SagaSignals<S extends Service, Name extends keyof S['sagas']> =
  S['sagas'][Name] extends SagaType<TSchema, infer Signals> ? Signals : never

/** The codes that a saga of the service can fail with: those of its catalogue, of the platform, and those that its sagas declare. */
export type FailureCode<S extends Service> = (keyof S['errors'] & string) | PlatformErrorCode | FailsWith<S['sagas']>

type FailsWith<Sagas extends Service['sagas']> = {
  [Name in keyof Sagas]: Sagas[Name] extends { readonly failsWith: readonly (infer Code extends string)[] }
    ? Code
    : never
}[keyof Sagas]

export type TaskPayload<S extends Service, Name extends keyof S['tasks']> = Static<S['tasks'][Name]['payload']>
