// The coming words of the contract (docs/adr), as types only: they compile against the words of today, and nothing runs them.
import { Type, type Static, type TObject, type TSchema } from 'typebox'
import type { EventData, EventType, ReadHandle, Service } from '../src/index.ts'

// Routes: entries of `operations`, served by the part `requests`.

/** A query parameter that may be repeated (`sku=A&sku=B`). */
export const many = <S extends TSchema>(schema: S, maxItems: number) => Type.Array(schema, { maxItems, style: 'form' })

/** Filters by name (`filter[brand]=Acme`), whose counts the response contains. */
export const facets = <const Names extends string>(names: readonly Names[]) =>
  Type.Unsafe<{ readonly [Name in Names]?: string[] }>(Type.Object({}, { style: 'deepObject', names }))

// Words of the description of a service.

/** A read model that is built from events: its position moves in the transaction of its rows, and a new version is built beside the live one. */
export interface Projection<From extends Events = Events> {
  readonly version: number
  readonly from: From
}
type Events = { readonly [name: string]: EventType }

/** Consumes every event of the system in batches, in the order of each key; for archives, search and analytics. */
export interface EveryEvent {
  readonly mostPerBatch: number
  readonly gatherMs: number
}

/** A schedule by the calendar of a time zone, in addition to `everyMs`; once over all replicas, also over a change of the clocks. */
export interface CalendarTask<Payload extends TSchema = TSchema> {
  readonly payload: Payload
  readonly at: { readonly cron: string; readonly timeZone: string }
}

/** Values that can be lost: in memory, or shared in Redis; dropped by time, and by events that name their key. */
export interface Cache<Value extends TSchema = TSchema> {
  readonly value: Value
  readonly maxAgeSeconds: number
  readonly droppedBy: Events
}

/** A function that needs the CPU for long, run in a worker thread. */
export interface Thread<Input extends TSchema = TSchema, Output extends TSchema = TSchema> {
  readonly input: Input
  readonly output: Output
  readonly timeoutMs: number
}

/** What the doors of a service accept, beside the limits of the gateway. */
export interface DoorLimits {
  readonly mostInProgress?: number
  readonly perCaller?: { readonly count: number; readonly perSeconds: number }
}

/** How many processes of each role run, and what decides it. */
export interface Scaling {
  readonly web: Replicas & { readonly by: 'requests' | 'cpu' }
  readonly worker: Replicas & { readonly by: 'lag' | 'tasks' | 'cpu' }
}
interface Replicas {
  readonly least: number
  readonly most: number
}

/** The coming words of a description; every one is optional. */
export interface ComingWords {
  readonly projections: { readonly [name: string]: Projection }
  readonly consumesEverything: EveryEvent
  readonly calendar: { readonly [task: string]: CalendarTask }
  readonly caches: { readonly [name: string]: Cache }
  readonly threads: { readonly [name: string]: Thread }
  readonly doors: DoorLimits
  readonly scaling: Scaling
  /** A folder on the disk of the process, for example for DuckDB; one process at a time holds its lock. */
  readonly folder: { readonly purpose: string; readonly canBeLost: boolean }
  /** Has no PostgreSQL: no writes with keys, events, sagas, tasks, projections. */
  readonly database: 'none'
}

/** A description with coming words; one without a database has only reads and calls. */
export type ComingService<Words extends Partial<ComingWords>> = Words &
  (Words extends { readonly database: 'none' } ? WithoutDatabase : unknown)
type WithoutDatabase = {
  readonly [Word in 'publishes' | 'consumes' | 'sagas' | 'tasks' | 'projections' | 'calendar']?: undefined
}

/** A web application: static files, and the operations that its pages use. It is no service; the gateway serves it. */
export interface App<Uses extends { readonly [service: string]: Service }> {
  readonly name: string
  readonly path: `/${string}`
  readonly uses: { readonly [Name in keyof Uses]: readonly (keyof Uses[Name]['operations'])[] }
}

// Bindings: what a handler of each word gets.

export type ProjectionHandlers<P extends Projection> = {
  readonly [Name in keyof P['from']]: (
    event: { readonly subject: string; readonly data: EventData<P['from'][Name]> },
    table: ReadHandle,
  ) => Promise<void>
}

export type ThreadHandler<T extends Thread> = (input: Static<T['input']>) => Static<T['output']>

/** Query parameters of a search, as its handler gets them. */
export type SearchQuery<Query extends TObject> = Static<Query>
