import type { WriteHandle } from '@stoa/contract'
import type { DomainEvent } from '../decider.ts'
import type { StoredTypes } from '../event-types.ts'
import type { PositionedEvent } from '../stored-event.ts'

/**
 * A read model that is built from the events of one category. Its position is moved in the transaction of its rows: every event counts
 * once. Each of its tables has a column `generation`: a new version of the read model is built beside the live one, under the next
 * generation, and replaces it as soon as it is not behind it.
 */
export interface Projection<Event extends DomainEvent = DomainEvent> {
  readonly name: string
  /** Raise it when `apply` changes: the read model is built again from the first event. */
  readonly version: number
  readonly source: { readonly category: string; readonly types: StoredTypes<Event> }
  /** The tables of the read model, with a column `generation`. The rows of a replaced generation are deleted. */
  readonly tables: readonly string[]
  /**
   * Applies events in their order, touching only `tx` and only rows of the generation. If it throws for several events they are
   * applied one by one, so the result must not depend on the division.
   */
  apply(events: readonly PositionedEvent<Event>[], tx: WriteHandle, generation: number): Promise<void>
}
