import type { EndedSpan } from './span.ts'

/** Spans in progress that are kept only if something follows from them, by their ids; few, as only periodic work is quiet. */
const underWay = new Map<string, { isUsed: boolean }>()

/** Notes that a span has a child, or that its context goes elsewhere: to a callee, an event or a task. */
export function noteUse(spanId: string): void {
  if (underWay.size === 0) return
  const quiet = underWay.get(spanId)
  if (quiet !== undefined) quiet.isUsed = true
}

/** Whether nothing has followed yet from a span that is kept only if something does. */
export function isQuiet(spanId: string): boolean {
  return underWay.size > 0 && underWay.get(spanId)?.isUsed === false
}

/** An `onEnd` that drops the span when nothing followed from it and it has not failed. */
export function quietly(spanId: string, onEnd: (span: EndedSpan) => void): (span: EndedSpan) => void {
  const quiet = { isUsed: false }
  underWay.set(spanId, quiet)
  return (span) => {
    underWay.delete(spanId)
    if (quiet.isUsed || span.status === 'error') onEnd(span)
  }
}
