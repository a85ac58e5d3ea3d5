import { AppError } from '@stoa/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  applyEntry,
  decide,
  impliedEntries,
  passOver,
  progressOf,
  stateOf,
  type Progress,
  type Situation,
} from './decision.ts'
import { isEnd, type AnySaga, type AnyStep, type JournalEntry } from './journal.ts'
import { defaultRetryLimits, isUnanswered, judgeAttempt } from './retry-policy.ts'

// One call in the model's world: answered, refused, or unanswered with its effect before, after or never; `crash` kills
// the process that drives the saga, before the effect or after it.
type Call = 'ok' | 'refused' | 'never_arrived' | 'answer_lost' | 'arrives_late' | 'crash_before' | 'crash_after'

interface Plan {
  readonly steps: readonly {
    readonly hasCompensation: boolean
    readonly hasEnter: boolean
    readonly isWait: boolean
    readonly isNeeded: boolean
  }[]
  /** Index of the pivot; beyond the end: none. */
  readonly pivot: number
  readonly calls: readonly Call[]
  readonly compensations: readonly Call[]
  readonly cancelledAfter: number
  readonly timedOutAfter: number
}

const call = fc.constantFrom<Call>(
  'ok',
  'ok',
  'ok',
  'refused',
  'never_arrived',
  'answer_lost',
  'arrives_late',
  'crash_before',
  'crash_after',
)
const compensationCall = fc.constantFrom<Call>(
  'ok',
  'ok',
  'never_arrived',
  'answer_lost',
  'crash_before',
  'crash_after',
)
const rarely = fc.oneof({ weight: 3, arbitrary: fc.constant(Infinity) }, { weight: 1, arbitrary: fc.nat({ max: 12 }) })

const plan: fc.Arbitrary<Plan> = fc.record({
  steps: fc.array(
    fc.record({
      hasCompensation: fc.boolean(),
      hasEnter: fc.boolean(),
      isWait: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
      isNeeded: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  pivot: fc.nat({ max: 9 }),
  calls: fc.array(call, { maxLength: 30 }),
  compensations: fc.array(compensationCall, { maxLength: 20 }),
  cancelledAfter: rarely,
  timedOutAfter: rarely,
})

function sagaOf({ steps, pivot }: Plan): AnySaga {
  const nothing = async () => {}
  return {
    name: 'model',
    version: 1,
    onCompleted: undefined,
    onCompensated: undefined,
    steps: steps.map(({ hasCompensation, hasEnter, isWait, isNeeded }, index): AnyStep => {
      const name = `step${index}`
      const enter = hasEnter ? { enter: nothing } : {}
      if (index === pivot) return { kind: 'pivot', name, action: nothing, ...enter }
      if (index > pivot) return { kind: 'step', name, action: nothing }
      if (isWait) return { kind: 'wait', name, timeoutMs: 1_000, when: () => isNeeded, ...enter }
      return { kind: 'step', name, action: nothing, ...enter, ...(hasCompensation ? { compensation: nothing } : {}) }
    }),
  }
}

/** Participants that keep the promise of patterns.md: one effect a key, permanently, and a tombstone for what never came. */
function makeWorld() {
  const effects = new Map<string, 'done' | 'undone' | 'tombstone'>()
  const late: string[] = []
  const compensated: string[] = []
  const act = (step: string) => {
    const found = effects.get(step)
    if (found === 'undone' || found === 'tombstone')
      throw new AppError('conflict', 'participant.compensated', 'comes too late')
    effects.set(step, 'done')
  }
  return {
    effects,
    late,
    compensated,
    act,
    undo(step: string) {
      if (compensated.at(-1) !== step) compensated.push(step)
      effects.set(step, effects.get(step) === undefined || effects.get(step) === 'tombstone' ? 'tombstone' : 'undone')
    },
    deliverLate() {
      for (const step of late) {
        try {
          act(step)
        } catch {
          // refused, as it should be
        }
      }
    },
  }
}

class Crash extends Error {}

function perform(kind: Call, world: ReturnType<typeof makeWorld>, step: string, effect: () => void): void {
  const noAnswer = new AppError('unavailable', 'participant.away', 'no answer')
  switch (kind) {
    case 'crash_before':
      throw new Crash()
    case 'refused':
      throw new AppError('conflict', 'participant.refused', 'no')
    case 'never_arrived':
      throw noAnswer
    case 'arrives_late':
      world.late.push(step)
      throw noAnswer
    default:
      effect()
      if (kind === 'crash_after') throw new Crash()
      if (kind === 'answer_lost') throw noAnswer
  }
}

/** Drives a saga as the engine does, with the journal as all that outlives a crash. */
function run(made: Plan) {
  const saga = sagaOf(made)
  const world = makeWorld()
  const journal: JournalEntry[] = []
  const calls = [...made.calls]
  const undoing = [...made.compensations]
  let progress: Progress = progressOf(saga, journal, false)
  let attempt = 0
  let pivotWasCalled = false
  const situation = (move: number): Situation => ({
    input: {},
    nowMs: move >= made.timedOutAfter ? 1_000_000 : 0,
    startedAtMs: 0,
    timeoutMs: 600_000,
    signals: new Map(saga.steps.map(({ name }) => [name, 'signalled'])),
    isCancelled: move >= made.cancelledAfter,
  })
  const write = (entry: Pick<JournalEntry, 'step' | 'kind' | 'outcome'> & Partial<JournalEntry>, move: number) => {
    const whole: JournalEntry = { attempts: attempt, startedAtMs: 0, endedAtMs: 0, ...entry }
    progress = applyEntry(saga, progress, whole)
    const implied = impliedEntries(saga, progress, situation(move))
    progress = implied.reduce((before, next) => applyEntry(saga, before, next), progress)
    journal.push(whole, ...implied)
    attempt = 0
  }
  const failed = (error: unknown, step: string, mustHold: boolean, move: number) => {
    if (error instanceof Crash) {
      attempt = 0
      progress = progressOf(saga, journal, true)
      return
    }
    const verdict = judgeAttempt(
      {
        error,
        isUnsent: false,
        attempt,
        attempts: undefined,
        mustHold,
        elapsedMs: 0,
        wasUnanswered: progress.mayHaveBegun,
      },
      defaultRetryLimits,
      () => 0,
    )
    if (verdict.do === 'retry') progress = { ...progress, mayHaveBegun: progress.mayHaveBegun || isUnanswered(error) }
    else if (verdict.outcome === 'stuck') {
      write({ step, kind: 'action', outcome: 'stuck' }, move)
      write({ step: '', kind: 'operator', outcome: 'retry' }, move)
    } else write({ step, kind: 'action', outcome: verdict.outcome, error: 'failed' }, move)
  }
  for (let move = 0; move < 1_000; move++) {
    if (isEnd(stateOf(saga, progress))) {
      world.deliverLate()
      return { saga, world, journal, progress, pivotWasCalled, state: stateOf(saga, progress) }
    }
    const next = decide(saga, progress, situation(move))
    switch (next.do) {
      case 'enter':
        write({ step: next.step.name, kind: 'enter', outcome: 'entered' }, move)
        break
      case 'read':
        write({ step: next.step.name, kind: 'wait', outcome: 'succeeded', result: next.value }, move)
        break
      case 'turn':
        write(next.entry, move)
        break
      case 'pass':
        progress = passOver(progress)
        break
      case 'act': {
        const { name, kind } = next.step
        attempt++
        pivotWasCalled ||= kind === 'pivot'
        try {
          perform(calls.shift() ?? 'ok', world, name, () => world.act(name))
          write({ step: name, kind: 'action', outcome: 'succeeded' }, move)
        } catch (error) {
          failed(error, name, next.mustHold, move)
        }
        break
      }
      case 'compensate':
        attempt++
        try {
          perform(undoing.shift() ?? 'ok', world, next.step.name, () => world.undo(next.step.name))
          write({ step: next.step.name, kind: 'compensation', outcome: 'succeeded' }, move)
        } catch (error) {
          failed(error, next.step.name, true, move)
        }
        break
      default:
        throw new Error(`the model has no ${next.do}`)
    }
  }
  throw new Error('the saga does not come to an end')
}

const runs = { numRuns: 5_000 }

test('a saga ends with every effect there, or with none that can be undone', () => {
  fc.assert(
    fc.property(plan, (made) => {
      const { saga, world, state } = run(made)
      const withAction = saga.steps.filter(({ kind }) => kind !== 'wait')
      const isWrong =
        state === 'completed'
          ? ({ name }: AnyStep) => world.effects.get(name) !== 'done'
          : ({ name, compensation }: AnyStep) => compensation !== undefined && world.effects.get(name) === 'done'
      expect(withAction.filter(isWrong)).toEqual([])
    }),
    runs,
  )
})

test('a pivot that was called is never undone', () => {
  fc.assert(
    fc.property(plan, (made) => {
      const { pivotWasCalled, state, world } = run(made)
      if (!pivotWasCalled) return
      expect(state).toBe('completed')
      expect(world.compensated).toEqual([])
    }),
    runs,
  )
})

test('compensations run in reverse order, each once it is journalled', () => {
  fc.assert(
    fc.property(plan, (made) => {
      const { world } = run(made)
      const order = world.compensated.map((step) => Number(step.slice('step'.length)))
      expect(order).toEqual([...new Set(order)].toSorted((a, b) => b - a))
    }),
    runs,
  )
})

test('the journal alone says where a saga stands', () => {
  fc.assert(
    fc.property(plan, (made) => {
      const { saga, journal, progress } = run(made)
      // A wait that is not needed is stepped over without a row, and would be again.
      const known = { position: 0, mayHaveBegun: false }
      expect({ ...progressOf(saga, journal, false), ...known }).toEqual({ ...progress, ...known })
    }),
    runs,
  )
})
