import { streamAttribute, type StoredSpan } from '@stoa/telemetry'

/** The spans of one trace in one batch. */
export interface TracePart {
  readonly traceId: string
  readonly spans: readonly StoredSpan[]
  /** The earliest of them. */
  readonly first: StoredSpan
  readonly errors: number
}

/** Splits spans by their trace, in the order of the ids, so that two writers lock traces in the same order. */
export function partsOf(spans: readonly StoredSpan[]): TracePart[] {
  return [...Map.groupBy(spans, ({ traceId }) => traceId)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([traceId, each]) => ({
      traceId,
      spans: each,
      first: each.reduce((first, span) => (isBefore(span, first) ? span : first)),
      errors: each.filter(({ status }) => status === 'error').length,
    }))
}

// A child can begin in the same microsecond as its parent, which lasts longer.
function isBefore(a: StoredSpan, b: StoredSpan): boolean {
  return a.startMs === b.startMs ? a.durationMs > b.durationMs : a.startMs < b.startMs
}

/** Where work enters a process or leaves it. */
export type HopKind = 'entry' | 'exit'

/** Whether work enters a process with this span (a request, a message, a task) or leaves it (a call, a publication); statements are no hops. */
export function hopOf({ kind, parentSpanId, attributes = {} }: StoredSpan): HopKind | undefined {
  if (kind === 'server' || kind === 'consumer' || parentSpanId === undefined) return 'entry'
  const isExit =
    kind === 'producer' || (kind === 'client' && !('db.system.name' in attributes) && !('db.system' in attributes))
  return isExit ? 'exit' : undefined
}

/** Whether a span lasts as long as its client listens, so that its duration shows nothing. */
export function isStream({ attributes }: StoredSpan): boolean {
  return attributes?.[streamAttribute] === true
}
