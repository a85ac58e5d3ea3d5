import { expect, test } from 'vitest'
import type { AnySaga, JournalEntry } from './journal.ts'
import { liveSaga } from './live-saga.ts'
import type { SagaHead } from './transition.ts'

const nowMs = Date.parse('2026-11-21T10:00:00Z')
const dayMs = 86_400_000
const saga = { name: 'purchase', steps: [{ kind: 'wait', name: 'review', timeoutMs: 60_000 }] } as unknown as AnySaga

function read(atMs: number) {
  const head = {
    id: 'purchase:1',
    state: 'waiting',
    input: {},
    retry: null,
    traceparent: null,
    createdAtMs: atMs,
    nowMs,
  }
  const entered = { step: 'review', kind: 'enter', outcome: 'entered', attempts: 0, startedAtMs: atMs, endedAtMs: atMs }
  const loaded = { head: head as unknown as SagaHead, journal: [entered as JournalEntry], isResumed: true }
  const live = liveSaga(loaded, saga)
  return { createdAtMs: live.head.createdAtMs, enteredAtMs: live.progress.enteredAtMs }
}

test('a saga and its wait that began before the clock was set back count from when they are read', () => {
  expect(read(nowMs - 30_000)).toEqual({ createdAtMs: nowMs - 30_000, enteredAtMs: nowMs - 30_000 })
  expect(read(nowMs + dayMs)).toEqual({ createdAtMs: nowMs, enteredAtMs: nowMs })
})
