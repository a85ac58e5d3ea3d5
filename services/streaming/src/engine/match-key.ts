import type { ReceivedEvent } from '@stoa/contract'
import { keyText } from './fold.ts'
import type { LateEvent } from './fold.ts'
import { inOrder, timeAt, type Evaluation, type Mark } from './pattern.ts'
import type { Key, PatternDefinition } from './stream.ts'

/** The most events that a pattern remembers of one key; further ones are dropped and counted. */
export const mostMarks = 500

/** What a batch of events adds to a key. */
export interface KeyMarks {
  readonly text: string
  readonly key: Key
  readonly marks: readonly Mark[]
}

/** Divides the events of a batch by their key, in the order in which the rows are locked; an event that no match can have any more is late. */
export function collect(
  { read, keyOf, pattern }: PatternDefinition,
  events: readonly ReceivedEvent[],
  watermarkMs: number,
): { readonly keys: readonly KeyMarks[]; readonly late: readonly LateEvent[] } {
  const { finalMs } = timeAt(pattern, watermarkMs)
  const keys = new Map<string, KeyMarks>()
  const late: LateEvent[] = []
  for (const event of events) {
    const item = read(event)
    const step = item && pattern.stepOf(item.value)
    if (item === undefined || step === undefined) continue
    const atMs = Date.parse(event.time)
    if (atMs < finalMs) {
      late.push({ event, startMs: atMs })
      continue
    }
    const key = keyOf(item.value)
    const text = keyText(key)
    keys.set(text, { text, key, marks: [...(keys.get(text)?.marks ?? []), { id: event.id, atMs, step }] })
  }
  return { keys: [...keys.values()].toSorted((a, b) => (a.text < b.text ? -1 : 1)), late }
}

/** What the marks of a key amount to with further ones, and when that changes next; `dropped` did not fit. */
export function evaluateKey(
  { pattern }: PatternDefinition,
  before: readonly Mark[],
  added: readonly Mark[],
  watermarkMs: number,
): Evaluation & { readonly wakeMs: number | undefined; readonly dropped: number } {
  const known = new Set(before.map(({ id }) => id))
  const fresh = added.filter(({ id }) => !known.has(id))
  const fitting = fresh.slice(0, Math.max(0, mostMarks - before.length))
  const evaluation = pattern.evaluate(inOrder([...before, ...fitting]), timeAt(pattern, watermarkMs))
  const wakes = evaluation.marks.map((mark) => pattern.wakeMs(mark))
  return {
    ...evaluation,
    wakeMs: wakes.length === 0 ? undefined : Math.min(...wakes),
    dropped: fresh.length - fitting.length,
  }
}
