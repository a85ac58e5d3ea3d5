export {
  makeAggregateStore,
  type AggregateOptions,
  type AggregateStore,
  type CommandRequest,
  type Loaded,
  type Outcome,
} from './aggregate-store.ts'
export { appendEvents, type Append, type AppendOutcome } from './append.ts'
export { fold, isRefusal, type Decider, type DomainEvent, type Refusal } from './decider.ts'
export type { StoredType, StoredTypes, Upcast } from './event-types.ts'
export { readFreshness, readProjections, type Freshness, type ProjectionState } from './projections/positions.ts'
export type { Projection } from './projections/projection.ts'
export { makeProjections, type Projections, type ProjectionTx } from './projections/projections.ts'
export { runProjection, type Run, type RunOptions } from './projections/run-projection.ts'
export { eventSourcingMigrations } from './schema.ts'
export {
  readCategory,
  readStream,
  UnreadableEvent,
  type EventMetadata,
  type PositionedEvent,
  type RecordedEvent,
  type StreamName,
  type StreamPart,
} from './stored-event.ts'
