import type { ReceivedEvent } from '@stoa/contract'
import { changesOf, type StoredMatch } from '../src/engine/match-changes.ts'
import { collect, evaluateKey } from '../src/engine/match-key.ts'
import { inOrder, type Mark } from '../src/engine/pattern.ts'
import type { PatternDefinition } from '../src/engine/stream.ts'
import { watermarkOf } from '../src/engine/watermark.ts'

/** The events of each match that stands, by key: what consumers know in the end. */
export type Matches = Readonly<Record<string, readonly (readonly string[])[]>>

/** What a pattern amounts to over the whole history at once: the definition that the engine is compared with. */
export function evaluateHistory(definition: PatternDefinition, events: readonly ReceivedEvent[]): Matches {
  const { keys } = collect(definition, events, -Infinity)
  const time = { watermarkMs: Number.MAX_SAFE_INTEGER, finalMs: -Infinity }
  const found = keys.map(({ text, marks }) => {
    const { matches } = definition.pattern.evaluate(inOrder(marks), time)
    return [text, matches.map(({ eventIds }) => [...eventIds])] as const
  })
  return Object.fromEntries(found.filter(([, matches]) => matches.length > 0))
}

interface Published {
  readonly text: string
  readonly eventIds: readonly string[]
  readonly isWithdrawn: boolean
}

/** A pattern over partitions in memory, with the steps of the service: batches, crashes, watermarks. */
export function matchInMemory(definition: PatternDefinition, partitions: readonly (readonly ReceivedEvent[])[]) {
  const positions = partitions.map(() => 0)
  const times: (number | undefined)[] = partitions.map(() => undefined)
  const keys = new Map<string, { marks: readonly Mark[]; wakeMs: number }>()
  const stored = new Map<string, Map<string, StoredMatch>>()
  // as consumers see it: the last event of each match replaces the others
  const published = new Map<string, Published>()
  let watermarkMs = -Infinity
  let late = 0

  function update(text: string, added: readonly Mark[]): void {
    const { matches, marks, wakeMs } = evaluateKey(definition, keys.get(text)?.marks ?? [], added, watermarkMs)
    if (wakeMs === undefined) keys.delete(text)
    else keys.set(text, { marks, wakeMs })
    const ofKey = stored.get(text) ?? new Map<string, StoredMatch>()
    stored.set(text, ofKey)
    for (const { isPublished, ...match } of changesOf([...ofKey.values()], matches)) {
      ofKey.set(match.matchId, match)
      if (isPublished) published.set(`${text} ${match.matchId}`, { text, ...match })
    }
  }

  return {
    /** Reads up to this many events of a partition; a batch that crashes leaves nothing behind. */
    read(partition: number, most: number, crashes = false): void {
      const from = positions[partition] ?? 0
      const events = (partitions[partition] ?? []).slice(from, from + most)
      const collected = collect(definition, events, watermarkMs)
      if (crashes) return
      for (const { text, marks } of collected.keys) update(text, marks)
      late += collected.late.length
      positions[partition] = from + events.length
      for (const { time } of events) times[partition] = Math.max(Date.parse(time), times[partition] ?? -Infinity)
    },
    /** Moves the watermark; `nowMs` is the time up to which every partition has all of its events. */
    advance(nowMs: number): void {
      const progress = partitions.map((events, index) => ({
        isCaughtUp: (positions[index] ?? 0) >= events.length,
        latestMs: times[index],
      }))
      watermarkMs = Math.max(watermarkMs, watermarkOf(progress, nowMs) ?? -Infinity)
      const due = [...keys].filter(([, { wakeMs }]) => wakeMs <= watermarkMs)
      for (const [text] of due) update(text, [])
      for (const [text] of due) {
        if ((keys.get(text)?.wakeMs ?? Infinity) <= watermarkMs) throw new Error(`${text} would never come to rest`)
      }
    },
    matches(): Matches {
      const standing = [...published.values()].filter(({ isWithdrawn }) => !isWithdrawn)
      const byTime = standing.toSorted((a, b) => timeOf(a.eventIds[0]) - timeOf(b.eventIds[0]))
      const ofKey = Map.groupBy(byTime, ({ text }) => text)
      return Object.fromEntries([...ofKey].map(([text, all]) => [text, all.map(({ eventIds }) => [...eventIds])]))
    },
    late: () => late,
    remembered: () => keys.size,
  }

  function timeOf(id: string | undefined): number {
    const all = inOrder(collect(definition, partitions.flat(), -Infinity).keys.flatMap(({ marks }) => marks))
    return all.findIndex((mark) => mark.id === id)
  }
}
