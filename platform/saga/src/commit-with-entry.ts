import { endsDrive } from './attempt.ts'
import { commit, type EntryHook } from './commit.ts'
import { applyEntry, decide, passOver, type Progress, type Situation } from './decision.ts'
import { situationOf, type DriverOptions } from './driver-options.ts'
import type { AnySaga, AnyStep, JournalEntry } from './journal.ts'
import type { LiveSaga } from './live-saga.ts'
import { entryContext } from './run-step.ts'

/** The entry that follows a step, and the hook of that entry. */
interface NextEntry {
  readonly entry: JournalEntry
  readonly hook: EntryHook
}

/**
 * Journals that a step has succeeded and, if what follows is entered with a hook, that entry and its hook in the same transaction. If
 * that transaction fails, for whatever reason, only the step is journalled; the entry is then attempted, counted and judged alone.
 * @throws what `commit` throws
 */
export async function commitWithEntry(live: LiveSaga, ended: JournalEntry, options: DriverOptions): Promise<void> {
  const next = nextEntry(live, ended, options)
  if (next !== undefined) {
    try {
      return await commit(live, [ended, next.entry], options, next.hook)
    } catch (error) {
      if (endsDrive(error)) throw error
    }
  }
  await commit(live, [ended], options)
}

function nextEntry(live: LiveSaga, ended: JournalEntry, options: DriverOptions): NextEntry | undefined {
  const progress = applyEntry(live.saga, live.progress, ended)
  const step = nextToEnter(live.saga, progress, situationOf(live, options))
  const hook = step?.enter
  if (step === undefined || hook === undefined) return undefined
  const context = entryContext({ head: live.head, progress })
  const atMs = ended.endedAtMs
  const entered = { kind: 'enter', outcome: 'entered', attempts: 1, startedAtMs: atMs, endedAtMs: atMs } as const
  return { entry: { step: step.name, ...entered }, hook: (tx) => hook(tx, context) }
}

/** Passes over waits as the driver would: whether one is needed depends on the journal and the input alone. */
function nextToEnter(saga: AnySaga, before: Progress, situation: Situation): AnyStep | undefined {
  try {
    for (let progress = before; ; progress = passOver(progress)) {
      const decision = decide(saga, progress, situation)
      if (decision.do !== 'pass') return decision.do === 'enter' ? decision.step : undefined
    }
  } catch {
    // A condition threw. It throws again once the step is journalled, which is the failure of its wait.
    return undefined
  }
}
