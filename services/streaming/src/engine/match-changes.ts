import type { Match } from './pattern.ts'

/** A match as it is stored. */
export interface StoredMatch {
  readonly matchId: string
  readonly startMs: number
  readonly endMs: number
  readonly eventIds: readonly string[]
  readonly isWithdrawn: boolean
  readonly isFinal: boolean
  /** Found before a reset, and not yet again. */
  readonly isStale: boolean
}

/** How a stored match changes; only what consumers notice is published. */
export interface MatchChange extends StoredMatch {
  readonly isPublished: boolean
}

/**
 * What has to change so that the stored matches are those that were found. A match that is not found any more is withdrawn, unless it is final, when its
 * events are forgotten, or stale: then its events may not have been read again.
 */
export function changesOf(stored: readonly StoredMatch[], found: readonly Match[]): MatchChange[] {
  const ids = new Set<string>(found.map(({ eventIds }) => eventIds[0]))
  const gone = stored.filter((each) => !ids.has(each.matchId) && !each.isFinal && !each.isStale && !each.isWithdrawn)
  return [
    ...found.flatMap((match) => {
      const before = stored.find(({ matchId }) => matchId === match.eventIds[0])
      return changeTo(before, match) ?? []
    }),
    ...gone.map((each) => ({ ...each, isWithdrawn: true, isPublished: true })),
  ]
}

function changeTo(before: StoredMatch | undefined, match: Match): MatchChange | undefined {
  const isSame =
    before !== undefined &&
    !before.isWithdrawn &&
    before.endMs === match.endMs &&
    before.eventIds.join() === match.eventIds.join()
  if (isSame && before.isFinal === match.isFinal && !before.isStale) return undefined
  const { eventIds, startMs, endMs, isFinal } = match
  return {
    matchId: eventIds[0],
    startMs,
    endMs,
    eventIds,
    isFinal,
    isWithdrawn: false,
    isStale: false,
    isPublished: !isSame,
  }
}
