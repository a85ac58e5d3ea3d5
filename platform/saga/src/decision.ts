import type { Json } from '@stoa/contract'
import type { AnySaga, AnyStep, EntryKind, JournalEntry, SagaState } from './journal.ts'

/** The part that failed on every attempt. */
interface Stuck {
  readonly kind: EntryKind
  readonly result: Json
}

/** The state of a saga, derived only from its journal. */
export interface Progress {
  readonly direction: 'forward' | 'backward'
  /** Forward: the index of the step that comes next. */
  readonly position: number
  /** When that step or wait was entered. */
  readonly enteredAtMs: number | undefined
  readonly isPastPivot: boolean
  /** Steps that succeeded or whose outcome is unknown, in order; compensated from the last. */
  readonly toCompensate: readonly string[]
  readonly done: { readonly [step: string]: Json }
  readonly reason: string | undefined
  /** Milliseconds spent in waits, which the timeout does not count. */
  readonly waitedMs: number
  readonly stuck: Stuck | undefined
  /** Whether an operator skipped the next action. */
  readonly isActionSkipped: boolean
  /** Whether an operator skipped the final hook. */
  readonly isEndSkipped: boolean
  /** Whether the next step may already have been called without a response. */
  readonly mayHaveBegun: boolean
}

/** What a decision depends on besides the journal. */
export interface Situation {
  readonly input: unknown
  readonly nowMs: number
  readonly startedAtMs: number
  /** Time until the pivot, without waits. */
  readonly timeoutMs: number
  readonly signals: ReadonlyMap<string, Json>
  /** Whether an operator has requested the compensation. */
  readonly isCancelled: boolean
}

export type Decision =
  | { readonly do: 'pass' }
  | { readonly do: 'enter'; readonly step: AnyStep }
  | { readonly do: 'act'; readonly step: AnyStep; readonly mustHold: boolean; readonly isActionSkipped: boolean }
  | { readonly do: 'read'; readonly step: AnyStep; readonly value: Json }
  | { readonly do: 'park'; readonly untilMs: number }
  | { readonly do: 'turn'; readonly entry: JournalEntry }
  | { readonly do: 'compensate'; readonly step: AnyStep }
  | { readonly do: 'end'; readonly state: 'completed' | 'compensated' }
  | { readonly do: 'halt' }

/** The codes of failures that the engine itself detects. */
export const failureCodes = {
  timedOut: 'saga.timed_out',
  compensatedByOperator: 'saga.compensated_by_operator',
  definitionChanged: 'saga.definition_changed',
} as const

/** A journal names a step that the definition does not have. */
export class DefinitionChanged extends Error {}

const start: Progress = {
  direction: 'forward',
  position: 0,
  enteredAtMs: undefined,
  isPastPivot: false,
  toCompensate: [],
  done: {},
  reason: undefined,
  waitedMs: 0,
  stuck: undefined,
  isActionSkipped: false,
  isEndSkipped: false,
  mayHaveBegun: false,
}

/**
 * Reads a journal. After a takeover, the previous worker may already have called the step that follows the last journalled
 * one. @throws DefinitionChanged
 */
export function progressOf(saga: AnySaga, journal: readonly JournalEntry[], isTakenOver: boolean): Progress {
  const progress = journal.reduce((before, entry) => applyEntry(saga, before, entry), start)
  return { ...progress, mayHaveBegun: isTakenOver }
}

/** Returns the state of a saga after a journal entry. @throws DefinitionChanged */
export function applyEntry(saga: AnySaga, progress: Progress, entry: JournalEntry): Progress {
  if (entry.kind === 'operator') return applyOperator(saga, progress, entry)
  if (entry.outcome === 'stuck') return { ...progress, stuck: { kind: entry.kind, result: entry.result } }
  const index = saga.steps.findIndex(({ name }) => name === entry.step)
  const step = saga.steps[index]
  if (step === undefined) throw new DefinitionChanged(`saga ${saga.name} has no step ${entry.step}`)
  if (entry.kind === 'compensation') return { ...progress, toCompensate: progress.toCompensate.slice(0, -1) }
  switch (entry.outcome) {
    case 'entered':
      return {
        ...progress,
        position: index,
        enteredAtMs: entry.endedAtMs,
        isPastPivot: progress.isPastPivot || step.kind === 'pivot',
        mayHaveBegun: false,
      }
    case 'refused':
    case 'unknown':
      return turnBack(progress, step, entry)
    default:
      return advance(progress, index, step, entry)
  }
}

function turnBack(progress: Progress, step: AnyStep, entry: JournalEntry): Progress {
  const isToUndo = entry.outcome === 'unknown' && step.compensation !== undefined
  return {
    ...progress,
    direction: 'backward',
    reason: entry.error,
    toCompensate: isToUndo ? [...progress.toCompensate, step.name] : progress.toCompensate,
    done: entry.result === undefined ? progress.done : { ...progress.done, [step.name]: entry.result },
    mayHaveBegun: false,
  }
}

function advance(progress: Progress, index: number, step: AnyStep, entry: JournalEntry): Progress {
  const waitedMs = step.kind === 'wait' ? entry.endedAtMs - (progress.enteredAtMs ?? entry.endedAtMs) : 0
  const isToUndo = step.compensation !== undefined && !progress.isPastPivot
  return {
    ...progress,
    position: index + 1,
    enteredAtMs: undefined,
    toCompensate: isToUndo ? [...progress.toCompensate, step.name] : progress.toCompensate,
    done: { ...progress.done, [step.name]: entry.result },
    waitedMs: progress.waitedMs + waitedMs,
    isActionSkipped: false,
    mayHaveBegun: false,
  }
}

function applyOperator(saga: AnySaga, progress: Progress, entry: JournalEntry): Progress {
  const { stuck } = progress
  const freed: Progress = { ...progress, stuck: undefined }
  if (entry.outcome !== 'skip' || stuck === undefined) return freed
  const step = saga.steps[progress.position]
  switch (stuck.kind) {
    case 'enter':
      return { ...freed, enteredAtMs: entry.endedAtMs }
    case 'action':
      return { ...freed, isActionSkipped: true }
    case 'then':
      if (step === undefined) return freed
      return advance(freed, progress.position, step, { ...entry, result: stuck.result })
    case 'compensation':
      return { ...freed, toCompensate: progress.toCompensate.slice(0, -1) }
    case 'saga':
      return { ...freed, isEndSkipped: true }
    default:
      return freed
  }
}

/** Skips a wait whose condition is false; nothing is journalled, because the journal leads to the same decision again. */
export function passOver(progress: Progress): Progress {
  return { ...progress, position: progress.position + 1 }
}

/** Returns the next transition. Throws only what the `when` of a wait throws. */
export function decide(saga: AnySaga, progress: Progress, situation: Situation): Decision {
  if (progress.stuck !== undefined) return { do: 'halt' }
  if (progress.direction === 'backward') return decideBackward(saga, progress)
  const step = saga.steps[progress.position]
  if (step === undefined) return { do: 'end', state: 'completed' }
  const isEntered = progress.enteredAtMs !== undefined
  if (step.kind === 'wait' && !isEntered && step.when?.(progress.done, situation.input) === false) return { do: 'pass' }
  if (!progress.isPastPivot) {
    const code = turnCode(progress, step, situation)
    if (code !== undefined) return turn(progress, step, code, situation)
  }
  if (step.kind === 'wait') return decideWait(progress, step, situation)
  if (mustEnter(step) && !isEntered) return { do: 'enter', step }
  return { do: 'act', step, mustHold: progress.isPastPivot, isActionSkipped: progress.isActionSkipped }
}

/** Whether the step is journalled as entered before it is called. */
export function mustEnter(step: AnyStep): boolean {
  return step.kind !== 'step' || step.enter !== undefined
}

function turn(progress: Progress, step: AnyStep, error: string, { nowMs }: Situation): Decision {
  const isUncalled = mustEnter(step) && progress.enteredAtMs === undefined
  const kind = step.kind === 'wait' ? 'wait' : isUncalled ? 'enter' : 'action'
  const outcome = kind === 'action' && progress.mayHaveBegun ? 'unknown' : 'refused'
  return {
    do: 'turn',
    entry: { step: step.name, kind, outcome, attempts: 0, error, startedAtMs: nowMs, endedAtMs: nowMs },
  }
}

function turnCode(progress: Progress, step: AnyStep, situation: Situation): string | undefined {
  if (situation.isCancelled) return failureCodes.compensatedByOperator
  if (step.kind === 'wait' && progress.enteredAtMs !== undefined) return undefined
  return situation.nowMs >= deadlineMs(progress, situation) ? failureCodes.timedOut : undefined
}

/** Returns the deadline of a saga before its pivot. */
export function deadlineMs(progress: Progress, { startedAtMs, timeoutMs }: Situation): number {
  return startedAtMs + timeoutMs + progress.waitedMs
}

function decideWait(progress: Progress, step: AnyStep, situation: Situation): Decision {
  const { signals, nowMs } = situation
  if (progress.enteredAtMs === undefined) return { do: 'enter', step }
  if (signals.has(step.name)) return { do: 'read', step, value: signals.get(step.name) }
  const timeoutMs = step.timeoutOf?.(situation.input) ?? step.timeoutMs ?? Infinity
  const untilMs = progress.enteredAtMs + timeoutMs
  if (nowMs < untilMs) return { do: 'park', untilMs }
  return turn(progress, step, step.timeoutCode ?? failureCodes.timedOut, situation)
}

function decideBackward(saga: AnySaga, progress: Progress): Decision {
  const name = progress.toCompensate.at(-1)
  if (name === undefined) return { do: 'end', state: 'compensated' }
  const step = saga.steps.find((known) => known.name === name)
  if (step === undefined) throw new DefinitionChanged(`saga ${saga.name} has no step ${name}`)
  return { do: 'compensate', step }
}

/**
 * Returns the entries that follow from the journal alone and are written together with the previous one: a pivot or wait
 * without `enter` is entered in the write that ends the step before it.
 */
export function impliedEntries(saga: AnySaga, progress: Progress, situation: Situation): JournalEntry[] {
  const step = saga.steps[progress.position]
  if (step === undefined || step.kind === 'step' || step.enter !== undefined || step.when !== undefined) return []
  if (progress.direction === 'backward' || decide(saga, progress, situation).do !== 'enter') return []
  const { nowMs } = situation
  return [{ step: step.name, kind: 'enter', outcome: 'entered', attempts: 0, startedAtMs: nowMs, endedAtMs: nowMs }]
}

/** Returns the displayed state of a saga; a saga without a pending final hook has ended. */
export function stateOf(saga: AnySaga, progress: Progress): SagaState {
  if (progress.stuck !== undefined) return 'stuck'
  if (progress.direction === 'backward') {
    const isOver = progress.toCompensate.length === 0 && (saga.onCompensated === undefined || progress.isEndSkipped)
    return isOver ? 'compensated' : 'compensating'
  }
  const step = saga.steps[progress.position]
  if (step === undefined) return saga.onCompleted === undefined || progress.isEndSkipped ? 'completed' : 'running'
  return step.kind === 'wait' && progress.enteredAtMs !== undefined ? 'waiting' : 'running'
}
