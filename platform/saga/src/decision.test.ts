import { describe, expect, test } from 'vitest'
import {
  applyEntry,
  decide,
  DefinitionChanged,
  impliedEntries,
  progressOf,
  stateOf,
  type Situation,
} from './decision.ts'
import type { AnySaga, JournalEntry } from './journal.ts'

const nothing = async () => {}

const fulfilment: AnySaga = {
  name: 'fulfilment',
  version: 1,
  onCompleted: undefined,
  onCompensated: undefined,
  steps: [
    { kind: 'step', name: 'reserve', action: nothing, compensation: nothing },
    { kind: 'step', name: 'pay', action: nothing, compensation: nothing },
    {
      kind: 'wait',
      name: 'review',
      timeoutMs: 5_000,
      when: (done: { readonly pay?: unknown }) => done.pay === 'in_review',
    },
    { kind: 'pivot', name: 'confirm', action: nothing },
    { kind: 'step', name: 'thank', action: nothing },
  ],
}

const entry = (
  step: string,
  kind: JournalEntry['kind'],
  outcome: JournalEntry['outcome'],
  more: Partial<JournalEntry> = {},
) => ({
  step,
  kind,
  outcome,
  attempts: 1,
  startedAtMs: 0,
  endedAtMs: 0,
  ...more,
})
const situation = (more: Partial<Situation> = {}): Situation => ({
  input: {},
  nowMs: 1,
  startedAtMs: 0,
  timeoutMs: 600,
  signals: new Map(),
  isCancelled: false,
  ...more,
})
const reserved = entry('reserve', 'action', 'succeeded')
const paid = entry('pay', 'action', 'succeeded', { result: 'paid' })
const inReview = entry('pay', 'action', 'succeeded', { result: 'in_review' })
const waiting = entry('review', 'enter', 'entered', { endedAtMs: 100 })
const confirming = entry('confirm', 'enter', 'entered')

const after = (...journal: JournalEntry[]) => progressOf(fulfilment, journal, false)
const next = (journal: JournalEntry[], more: Partial<Situation> = {}) =>
  decide(fulfilment, after(...journal), situation(more))

describe('the timeout', () => {
  test('turns a saga back before its next step', () => {
    expect(next([reserved], { nowMs: 600 })).toMatchObject({
      do: 'turn',
      entry: { step: 'pay', kind: 'action', outcome: 'refused', error: 'saga.timed_out' },
    })
  })

  test('leaves in doubt what may have been called before a takeover', () => {
    const progress = progressOf(fulfilment, [reserved], true)
    expect(decide(fulfilment, progress, situation({ nowMs: 600 }))).toMatchObject({
      do: 'turn',
      entry: { step: 'pay', kind: 'action', outcome: 'unknown' },
    })
  })

  test('does not count a wait', () => {
    const journal = [reserved, inReview, waiting, entry('review', 'wait', 'succeeded', { endedAtMs: 5_000 })]
    expect(next(journal, { nowMs: 5_499 })).toMatchObject({ do: 'enter', step: { name: 'confirm' } })
    expect(next(journal, { nowMs: 5_500 })).toMatchObject({ do: 'turn', entry: { step: 'confirm', kind: 'enter' } })
  })

  test('does not end a saga past its pivot, nor does an operator', () => {
    const journal = [reserved, paid, confirming]
    expect(next(journal, { nowMs: 900_000, isCancelled: true })).toMatchObject({
      do: 'act',
      step: { name: 'confirm' },
      mustHold: true,
    })
    const confirmed = entry('confirm', 'action', 'succeeded')
    expect(next([...journal, confirmed], { nowMs: 900_000 })).toMatchObject({
      do: 'act',
      step: { name: 'thank' },
      mustHold: true,
    })
  })
})

describe('a wait', () => {
  test('is passed over when it is not needed', () => {
    expect(next([reserved, paid])).toEqual({ do: 'pass' })
    expect(next([reserved, inReview])).toMatchObject({ do: 'enter', step: { name: 'review' } })
  })

  test('is shown as waiting, until its own time is over', () => {
    const journal = [reserved, inReview, waiting]
    expect(stateOf(fulfilment, after(...journal))).toBe('waiting')
    expect(next(journal, { nowMs: 5_099 })).toEqual({ do: 'park', untilMs: 5_100 })
    expect(next(journal, { nowMs: 5_100 })).toMatchObject({
      do: 'turn',
      entry: { kind: 'wait', error: 'saga.timed_out' },
    })
  })

  test('lasts as long as the input of the saga says, where its timeout depends on it', () => {
    const timeoutOf = ({ isGuest }: { isGuest?: boolean }) => (isGuest === true ? 1_000 : 9_000)
    const steps = fulfilment.steps.map((step) => (step.kind === 'wait' ? { ...step, timeoutOf } : step))
    const nextFor = (input: object) =>
      decide({ ...fulfilment, steps }, after(reserved, inReview, waiting), situation({ input, nowMs: 1_100 })).do
    expect([nextFor({ isGuest: true }), nextFor({})]).toEqual(['turn', 'park'])
  })

  test('fails with the code it declares when its time is over', () => {
    const steps = fulfilment.steps.map((step) => (step.kind === 'wait' ? { ...step, timeoutCode: 'too.late' } : step))
    const progress = after(reserved, inReview, waiting)
    expect(decide({ ...fulfilment, steps }, progress, situation({ nowMs: 5_100 }))).toMatchObject({
      entry: { error: 'too.late' },
    })
  })

  test('reads a signal that came before it', () => {
    const signals = new Map([['review', 'approved']])
    expect(next([reserved, inReview], { signals })).toMatchObject({ do: 'enter' })
    expect(next([reserved, inReview, waiting], { signals })).toMatchObject({ do: 'read', value: 'approved' })
  })

  test('is ended by an operator who wants the saga undone', () => {
    expect(next([reserved, inReview, waiting], { isCancelled: true })).toMatchObject({
      do: 'turn',
      entry: { kind: 'wait', outcome: 'refused', error: 'saga.compensated_by_operator' },
    })
  })
})

describe('compensation', () => {
  test('skips a step that was refused and begins with the last that succeeded', () => {
    const refused = entry('pay', 'action', 'refused', { error: 'payment.declined' })
    expect(after(reserved, refused)).toMatchObject({ toCompensate: ['reserve'], reason: 'payment.declined' })
    expect(next([reserved, refused])).toMatchObject({ do: 'compensate', step: { name: 'reserve' } })
  })

  test('begins with the step whose outcome nobody knows', () => {
    const unknown = entry('pay', 'action', 'unknown', { error: 'payment.unavailable' })
    expect(next([reserved, unknown])).toMatchObject({ do: 'compensate', step: { name: 'pay' } })
  })

  test('keeps the result of an action whose then failed', () => {
    expect(after(reserved, entry('pay', 'action', 'unknown', { result: 'paid', error: 'internal' })).done).toEqual({
      pay: 'paid',
    })
  })
})

describe('an operator', () => {
  const stuck = (kind: JournalEntry['kind'], step: string, more = {}) =>
    entry(step, kind, 'stuck', { error: 'internal', ...more })
  const skip = entry('', 'operator', 'skip')

  test('is waited for when a saga is stuck', () => {
    expect(next([reserved, paid, confirming, stuck('action', 'confirm')])).toEqual({ do: 'halt' })
    expect(stateOf(fulfilment, after(reserved, paid, confirming, stuck('action', 'confirm')))).toBe('stuck')
  })

  test('retries a stuck saga', () => {
    const journal = [reserved, paid, confirming, stuck('action', 'confirm'), entry('', 'operator', 'retry')]
    expect(next(journal)).toMatchObject({ do: 'act', step: { name: 'confirm' }, isActionSkipped: false })
  })

  test('leaves out an action, of which the then still runs', () => {
    const journal = [reserved, paid, confirming, stuck('action', 'confirm'), skip]
    expect(next(journal)).toMatchObject({ do: 'act', step: { name: 'confirm' }, isActionSkipped: true })
  })

  test('leaves out a then, and the result of its action stays', () => {
    const progress = after(reserved, paid, confirming, stuck('then', 'confirm', { result: 7 }), skip)
    expect(progress.done).toEqual({ reserve: undefined, pay: 'paid', confirm: 7 })
    expect(decide(fulfilment, progress, situation())).toMatchObject({
      do: 'act',
      step: { name: 'thank' },
      isActionSkipped: false,
    })
  })

  test('leaves out a compensation', () => {
    const unknown = entry('pay', 'action', 'unknown', { error: 'payment.unavailable' })
    const journal = [reserved, unknown, stuck('compensation', 'pay'), skip]
    expect(next(journal)).toMatchObject({ do: 'compensate', step: { name: 'reserve' } })
  })

  test('leaves out what runs at the end', () => {
    const saga = { ...fulfilment, onCompleted: nothing }
    const thanked = [
      reserved,
      paid,
      confirming,
      entry('confirm', 'action', 'succeeded'),
      entry('thank', 'action', 'succeeded'),
    ]
    const before = progressOf(saga, thanked, false)
    expect([stateOf(saga, before), decide(saga, before, situation())]).toEqual([
      'running',
      { do: 'end', state: 'completed' },
    ])
    expect(stateOf(saga, progressOf(saga, [...thanked, stuck('saga', ''), skip], false))).toBe('completed')
  })
})

test('a pivot without enter is entered with the row that ends the step before it', () => {
  const saga = { ...fulfilment, steps: fulfilment.steps.filter(({ kind }) => kind !== 'wait') }
  const progress = applyEntry(saga, progressOf(saga, [reserved], false), paid)
  expect(impliedEntries(saga, progress, situation())).toMatchObject([
    { step: 'confirm', kind: 'enter', outcome: 'entered' },
  ])
  expect(impliedEntries(saga, progress, situation({ nowMs: 600 }))).toEqual([])
})

test('a journal that names a step the definition lacks is refused', () => {
  expect(() => after(entry('renamed', 'action', 'succeeded'))).toThrow(DefinitionChanged)
})
