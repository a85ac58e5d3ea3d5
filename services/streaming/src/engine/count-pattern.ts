import type { Mark, Match, Pattern, StreamTime } from './pattern.ts'

/**
 * Matches when this many events of a key are at most `withinMs` apart. An event belongs to one match at most: the count starts again after
 * each.
 */
export function times(
  most: number,
  { withinMs, latenessMs }: { readonly withinMs: number; readonly latenessMs: number },
): Pattern<unknown> {
  return {
    withinMs,
    latenessMs,
    stepOf: () => 'event',
    evaluate(marks, { finalMs }: StreamTime) {
      const matches: Match[] = []
      let pending: Mark[] = []
      let settled = 0
      for (const [index, mark] of marks.entries()) {
        pending = [...pending.filter(({ atMs }) => atMs >= mark.atMs - withinMs), mark]
        const [first, ...others] = pending
        if (first === undefined || pending.length < most) continue
        const isFinal = mark.atMs < finalMs
        const eventIds = [first.id, ...others.map(({ id }) => id)] as const
        matches.push({ eventIds, startMs: first.atMs, endMs: mark.atMs, isFinal })
        pending = []
        if (isFinal) settled = index + 1
      }
      // Before a final match nothing changes, and what is older than that can be in no match with an event that is still accepted.
      return { matches, marks: marks.slice(settled).filter(({ atMs }) => atMs + withinMs >= finalMs) }
    },
    wakeMs: ({ atMs }) => atMs + withinMs + latenessMs + 1,
  }
}
