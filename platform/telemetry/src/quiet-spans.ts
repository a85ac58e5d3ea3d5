import type { EndedSpan } from './span.ts'

/** Spans in progress that are kept only if something follows from them, by id; few, because only periodic work is quiet. */
const underWay = new Map<string, { isUsed: boolean }>()

/** Notes that a span has a child, or that its context is passed to a callee, an event or a task. */
export function noteUse(spanId: string): void {
  if (underWay.size === 0) return
  const quiet = underWay.get(spanId)
  if (quiet !== undefined) quiet.isUsed = true
}

/** Whether a span is quiet and nothing has followed from it yet. */
export function isQuiet(spanId: string): boolean {
  return underWay.size > 0 && underWay.get(spanId)?.isUsed === false
}

/** Wraps `onEnd` so that the span is dropped if nothing followed from it and it did not fail. */
export function quietly(spanId: string, onEnd: (span: EndedSpan) => void): (span: EndedSpan) => void {
  const quiet = { isUsed: false }
  underWay.set(spanId, quiet)
  return (span) => {
    underWay.delete(spanId)
    if (quiet.isUsed || span.status === 'error') onEnd(span)
  }
}
