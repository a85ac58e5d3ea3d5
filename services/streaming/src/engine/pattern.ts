/** What a pattern remembers of an event. */
export interface Mark {
  readonly id: string
  readonly atMs: number
  /** Which part of the pattern the event is. */
  readonly step: string
}

/** Events of one key that match; the first one names the match. */
export interface Match {
  readonly eventIds: readonly [string, ...string[]]
  readonly startMs: number
  /** The time at which the pattern was complete. */
  readonly endMs: number
  /** Whether no event can change it any more. */
  readonly isFinal: boolean
}

/** How far the time of a stream is: no event before `finalMs` is accepted, and none before the watermark is expected. */
export interface StreamTime {
  readonly watermarkMs: number
  readonly finalMs: number
}

/** What the events of a key amount to. */
export interface Evaluation {
  readonly matches: readonly Match[]
  /** What can still belong to a match, or change one. */
  readonly marks: readonly Mark[]
}

/**
 * A pattern in the events of a key. Its matches are a function of these events in the order of their times, so neither the order of their arrival nor
 * the division into batches changes the result.
 */
export interface Pattern<Value> {
  readonly withinMs: number
  /** How much later than the watermark an event may be and still count. */
  readonly latenessMs: number
  /** Which part of the pattern a value is; undefined if it is none. */
  readonly stepOf: (value: Value) => string | undefined
  readonly evaluate: (marks: readonly Mark[], time: StreamTime) => Evaluation
  /** The watermark at which these marks can change without another event. */
  readonly wakeMs: (mark: Mark) => number
}

/** Marks in the order in which a pattern reads them, each once. */
export function inOrder(marks: readonly Mark[]): Mark[] {
  const byId = new Map(marks.map((mark) => [mark.id, mark]))
  return [...byId.values()].toSorted((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1))
}

/** The time of a stream at a watermark. */
export function timeAt({ latenessMs }: { readonly latenessMs: number }, watermarkMs: number): StreamTime {
  return { watermarkMs, finalMs: watermarkMs - latenessMs }
}
