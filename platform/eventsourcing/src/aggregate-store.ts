import type { ReadHandle, WriteHandle } from '@stoa/contract'
import { appendEvents, pendingEventsOf, storeSnapshot } from './append.ts'
import { fold, isRefusal, type Decider, type DomainEvent, type Refusal } from './decider.ts'
import { currentVersionOf, type StoredTypes } from './event-types.ts'
import { readStream, type PositionedEvent, type RecordedEvent, type StreamPart } from './stored-event.ts'

/** An aggregate and how it is stored. */
export interface AggregateOptions<State, Command, Event extends DomainEvent, Refused extends Refusal> {
  /** The kind of aggregate, which its streams share: `sale`. */
  readonly category: string
  readonly decider: Decider<State, Command, Event, Refused>
  readonly types: StoredTypes<Event>
  /** Snapshots are off by default. The state must be JSON; raise the version when its shape or `evolve` changes. */
  readonly snapshots?: { readonly every: number; readonly version: number }
}

/** The state of an aggregate and the version of its stream; 0 if it does not exist. */
export interface Loaded<State> {
  readonly state: State
  readonly version: number
}

/** A command with its id. */
export interface CommandRequest<Command> {
  readonly id: string
  readonly command: Command
  /** A command that is repeated with its id has no second effect. */
  readonly commandId: string
  readonly recordedBy?: string | undefined
  readonly at: Temporal.Instant
  /** The version that the caller has seen; any by default. */
  readonly expectedVersion?: number | undefined
}

/** The outcome of a command. `done` has the events that it has caused, now or when it was sent first. */
export type Outcome<State, Event extends DomainEvent, Refused extends Refusal> =
  | (Loaded<State> & { readonly kind: 'done'; readonly events: readonly Event[]; readonly isRepeated: boolean })
  | { readonly kind: 'conflict'; readonly version: number }
  | Refused

/** Commands and reads of the aggregates of one category. */
export interface AggregateStore<State, Command, Event extends DomainEvent, Refused extends Refusal> {
  readonly category: string
  readonly types: StoredTypes<Event>
  /** The current state; in a transaction also with the events that it has appended. */
  load(db: ReadHandle, id: string): Promise<Loaded<State>>
  /** The state after the events that were recorded until then, the time included. */
  loadAsOf(db: ReadHandle, id: string, at: Temporal.Instant): Promise<Loaded<State>>
  /** The committed events, oldest first. */
  history(db: ReadHandle, id: string, part?: StreamPart): Promise<PositionedEvent<Event>[]>
  /**
   * Decides a command and appends its events in the transaction. Commands for one aggregate are decided one after the other. A
   * repeated command returns its events with the current state; one that was refused or changed nothing is decided again.
   */
  execute(tx: WriteHandle, request: CommandRequest<Command>): Promise<Outcome<State, Event, Refused>>
}

type Options<State, Command, Event extends DomainEvent, Refused extends Refusal> = AggregateOptions<
  State,
  Command,
  Event,
  Refused
>
type Kept = Pick<AggregateOptions<never, never, never, never>, 'category' | 'snapshots'>

/** Makes the store of the aggregates of one category. */
export function makeAggregateStore<State, Command, Event extends DomainEvent, Refused extends Refusal>(
  options: Options<State, Command, Event, Refused>,
): AggregateStore<State, Command, Event, Refused> {
  const { category, types, decider } = options
  return {
    category,
    types,
    load: async (db, id) => (await loadStream(options, db, id)).loaded,
    async loadAsOf(db, id, at) {
      const events = await readStream(db, types, { category, id })
      const until = events.filter(({ recordedAt }) => Temporal.Instant.compare(recordedAt, at) <= 0)
      return { state: fold(decider, decider.initial, until as readonly Event[]), version: until.length }
    },
    history: (db, id, part) => readStream(db, types, { category, id }, part),
    execute: (tx, request) => execute(options, tx, request),
  }
}

interface LoadedStream<State, Event extends DomainEvent> {
  readonly loaded: Loaded<State>
  /** The version of the snapshot; 0 without one. */
  readonly after: number
  /** The events after the snapshot. */
  readonly tail: readonly RecordedEvent<Event>[]
}

async function loadStream<State, Command, Event extends DomainEvent, Refused extends Refusal>(
  options: Options<State, Command, Event, Refused>,
  db: ReadHandle,
  id: string,
): Promise<LoadedStream<State, Event>> {
  const { category, types, decider } = options
  const snapshot = await findSnapshot<State>(options, db, id)
  const { version: after, state } = snapshot ?? { version: 0, state: decider.initial }
  const stored: readonly RecordedEvent<Event>[] = await readStream(db, types, { category, id }, { after })
  // a snapshot of this transaction includes events that it has appended
  const pending = pendingOf<Event>(db, category, id).filter(({ version }) => version > after)
  const tail = [...stored, ...pending]
  return {
    loaded: { state: fold(decider, state, tail as readonly Event[]), version: after + tail.length },
    after,
    tail,
  }
}

function pendingOf<Event extends DomainEvent>(db: ReadHandle, category: string, id: string): RecordedEvent<Event>[] {
  return pendingEventsOf(db, { category, id }).map((event) => event as unknown as RecordedEvent<Event>)
}

async function findSnapshot<State>(
  { category, snapshots }: Kept,
  { sql }: ReadHandle,
  id: string,
): Promise<Loaded<State> | undefined> {
  if (snapshots === undefined) return undefined
  const [row] = await sql<Loaded<State>>`
    select version, state from event_snapshots
     where category = ${category} and stream_id = ${id} and state_version = ${snapshots.version}`
  return row
}

/** How often a new stream is tried for which another transaction was faster. */
const attempts = 3

async function execute<State, Command, Event extends DomainEvent, Refused extends Refusal>(
  options: Options<State, Command, Event, Refused>,
  tx: WriteHandle,
  request: CommandRequest<Command>,
): Promise<Outcome<State, Event, Refused>> {
  const { category, decider, types } = options
  const { id, command, commandId, expectedVersion, recordedBy, at } = request
  for (let attempt = 1; ; attempt += 1) {
    // sent together; the second sees what the first has waited for
    const [, stream] = await Promise.all([lockStream(tx, category, id), loadStream(options, tx, id)])
    const { loaded } = stream
    const before = await findRepeated(options, tx, request, stream)
    if (before.length > 0) return { kind: 'done', ...loaded, events: before, isRepeated: true }
    if (expectedVersion !== undefined && expectedVersion !== loaded.version)
      return { kind: 'conflict', version: loaded.version }
    const events = decider.decide(command, loaded.state)
    if (isRefusal(events)) return events
    if (events.length === 0) return { kind: 'done', ...loaded, events, isRepeated: false }
    const typed = events.map(({ type, data }) => ({ type, data, typeVersion: currentVersionOf(types, type) }))
    const append = { stream: { category, id }, events: typed, commandId, recordedBy, at }
    const outcome = await appendEvents(tx, { ...append, expectedVersion: loaded.version })
    if (outcome.kind === 'appended') {
      const state = fold(decider, loaded.state, events)
      await snapshotIfDue(options, tx, id, { after: stream.after, version: outcome.version, state })
      return { kind: 'done', state, version: outcome.version, events, isRepeated: false }
    }
    if (attempt === attempts) return outcome
  }
}

/** Commands for a stream wait for each other; a stream that does not exist has no row to lock, and its append decides. */
async function lockStream({ sql }: WriteHandle, category: string, id: string): Promise<void> {
  await sql`select from event_streams where category = ${category} and stream_id = ${id} for update`
}

async function findRepeated<State, Command, Event extends DomainEvent, Refused extends Refusal>(
  { category, types }: Options<State, Command, Event, Refused>,
  tx: WriteHandle,
  { id, commandId }: CommandRequest<Command>,
  { after, tail }: LoadedStream<State, Event>,
): Promise<readonly Event[]> {
  const inTail = tail.filter((event) => event.commandId === commandId)
  // all events of a command are in one transaction, and a snapshot is behind the last of them
  const isKnown = inTail.length > 0 || after === 0
  const known = isKnown
    ? inTail
    : [
        ...(await readStream(tx, types, { category, id }, { commandId })),
        ...pendingOf<Event>(tx, category, id).filter((event) => event.commandId === commandId),
      ]
  return known.map(({ type, data }) => ({ type, data }) as unknown as Event)
}

async function snapshotIfDue<State>(
  { category, snapshots }: Kept,
  tx: WriteHandle,
  id: string,
  { after, version, state }: { readonly after: number; readonly version: number; readonly state: State },
): Promise<void> {
  if (snapshots === undefined) return
  const { every, version: stateVersion } = snapshots
  if (version - after < every) return
  // a release that is still in use has stored one of its own since then
  await storeSnapshot(tx, { category, id }, { version, stateVersion, state, obsoleteUpTo: version - 2 * every })
}
