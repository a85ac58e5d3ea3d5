import type { BatchPart, ReceivedEvent, Tx } from '@stoa/contract'
import { patternDetected } from '@stoa/contracts/streaming/events'
import type { StreamingService } from '@stoa/contracts/streaming/service'
import { changesOf } from '../engine/match-changes.ts'
import { collect, evaluateKey } from '../engine/match-key.ts'
import type { Mark } from '../engine/pattern.ts'
import type { PatternDefinition } from '../engine/stream.ts'
import { readMatches, storeMatches, type MatchRow } from '../store/matches.ts'
import { findErasedKeys, lockKeys, noteDropped, storeKeys, type StoredKey } from '../store/patterns.ts'
import { holdWatermark, noteLate, noteTimes } from '../store/streams.ts'

/** Makes the batch consumer of a pattern: remembers the events of each key and publishes the matches, in the transaction that moves the position. */
export function matchEvents(definition: PatternDefinition) {
  const { name } = definition
  return {
    async apply(events: readonly ReceivedEvent[], tx: Tx<StreamingService>, parts: readonly BatchPart[]) {
      const watermarkMs = (await holdWatermark(tx, name))?.epochMilliseconds ?? -Infinity
      const { keys, late } = collect(definition, events, watermarkMs)
      // The time of a parked event says nothing about the events of its partition.
      await noteTimes(tx, name, parts)
      if (late.length > 0) await noteLate(tx, name, late)
      // before any row is locked, as an erasure that waits for it deletes rows
      const erased = await findErasedKeys(
        tx,
        keys.map(({ key }) => key),
      )
      const admitted = keys.filter(({ key }) => !erased.has(key['customerId'] ?? ''))
      if (admitted.length === 0) return
      const stored = await lockKeys(tx, name, admitted)
      const added = new Map(admitted.map(({ text, marks }) => [text, marks]))
      await updateKeys(tx, definition, { stored, added, watermarkMs })
    },
  }
}

/** Stores what locked keys amount to with further events, and publishes the matches that have changed. */
export async function updateKeys(
  tx: Tx<StreamingService>,
  definition: PatternDefinition,
  change: {
    readonly stored: readonly StoredKey[]
    readonly added: ReadonlyMap<string, readonly Mark[]>
    readonly watermarkMs: number
  },
): Promise<void> {
  const { name } = definition
  const { stored, added, watermarkMs } = change
  const evaluated = stored.map(({ text, key, marks }) => ({
    text,
    key,
    ...evaluateKey(definition, marks, added.get(text) ?? [], watermarkMs),
  }))
  const ids = evaluated.flatMap(({ matches }) => matches.map(({ eventIds }) => eventIds[0]))
  const texts = evaluated.map(({ text }) => text)
  const before = await readMatches(tx, name, texts, ids)
  const changes = evaluated.flatMap(({ text, key, matches }) =>
    changesOf(before.get(text) ?? [], matches).map((each) => ({ text, key, change: each })),
  )
  await storeKeys(tx, name, evaluated)
  const dropped = evaluated.reduce((sum, each) => sum + each.dropped, 0)
  if (dropped > 0) await noteDropped(tx, name, dropped)
  await publishMatches(tx, name, await storeMatches(tx, name, changes))
}

/** Publishes matches, each under its own subject, so that its revisions arrive in their order. */
export async function publishMatches(
  tx: Tx<StreamingService>,
  pattern: string,
  matches: readonly MatchRow[],
): Promise<void> {
  for (const match of matches) {
    await tx.publish(patternDetected, `${pattern}/${match.matchId}`, {
      pattern,
      ...toMatch(match),
      revision: match.revision,
      detectedAt: match.detectedAt.toString(),
    })
  }
}

/** A match as clients see it. */
export function toMatch({ matchId, keyFields, startsAt, endsAt, eventIds, isWithdrawn }: MatchRow) {
  return {
    matchId,
    key: keyFields,
    startsAt: startsAt.toString(),
    endsAt: endsAt.toString(),
    eventIds: [...eventIds],
    state: isWithdrawn ? ('withdrawn' as const) : ('detected' as const),
  }
}
