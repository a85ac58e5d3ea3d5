import type { WriteHandle } from '@stoa/contract'
import type { Database } from '@stoa/postgres'
import fc from 'fast-check'
import { expect } from 'vitest'
import { appendEvents, readCategory, readProjections, runProjection, type Projection } from '../src/index.ts'
import { addGeneration, clearRetry } from '../src/projections/positions.ts'
import { at, counters, runAll, snapshotsOf, sums, types, type Added } from './counter.ts'

// What the event store has to be, as plain data, and commands that change both.

interface Stream {
  /** The amounts of its events, with the commands that caused them. */
  readonly events: { readonly amount: number; readonly commandId: string }[]
}

/** What must be true. */
export interface Model {
  readonly streams: Map<string, Stream>
  /** The number of all events. */
  count: number
  /** The position of the live read model, which never goes back. */
  live: number
  lastCommand: number
}

/** The store under test. */
export interface Real {
  readonly database: Database
  isBroken: boolean
}

const ids = ['one', 'two', 'three']
const stores = { plain: counters, old: snapshotsOf(1), new: snapshotsOf(2) }
const poison = 13

export async function start(database: Database): Promise<{ readonly model: Model; readonly real: Real }> {
  await database.transaction((tx) => addGeneration(tx, sums))
  const streams = new Map(ids.map((id): [string, Stream] => [id, { events: [] }]))
  return { model: { streams, count: 0, live: 0, lastCommand: 0 }, real: { database, isBroken: false } }
}

const eventsOf = (model: Model, id: string) => model.streams.get(id)?.events ?? []
const sumOf = (events: Stream['events']) => events.reduce((sum, { amount }) => sum + amount, 0)

/** The read model, which fails at some events while it is broken. */
const projectionOf = (real: Real): Projection<Added> => ({
  ...sums,
  async apply(events, tx, generation) {
    await sums.apply(events, tx, generation)
    if (real.isBroken && events.some(({ data }) => data.amount === poison)) throw new Error('poison')
  },
})

class Killed extends Error {}

type Step = fc.AsyncCommand<Model, Real>

type Change<Args> = (args: Args, model: Model, real: Real) => Promise<void>

/** A command that changes the store and the model, and then compares them. */
function commandOf<Args extends object>(change: Change<Args>): (args: Args) => Step {
  return (args) => ({
    check: () => true,
    async run(model, real) {
      await change(args, model, real)
      await checkStep(model, real)
    },
    toString: () => `${change.name}(${JSON.stringify(args)})`,
  })
}

interface Executed {
  readonly id: string
  readonly amounts: readonly number[]
  readonly store: keyof typeof stores
  readonly ending: 'commit' | 'throw' | 'kill'
  readonly isExpecting: boolean
}

/** One or more commands for an aggregate in one transaction, which may not survive. */
async function executeAll(
  { id, amounts, store, ending, isExpecting }: Executed,
  model: Model,
  { database }: Real,
): Promise<void> {
  const known = eventsOf(model, id)
  const added: Stream['events'] = []
  const commandIds = amounts.map(() => `c${(model.lastCommand += 1)}`)
  const run = async (tx: WriteHandle) => {
    added.length = 0
    for (const [index, amount] of amounts.entries()) {
      const commandId = commandIds[index] ?? ''
      const version = known.length + added.length
      const sum = sumOf([...known, ...added])
      const expectedVersion = isExpecting ? version : undefined
      const outcome = await stores[store].execute(tx, { id, command: { amount }, commandId, at, expectedVersion })
      if (sum + amount > 1_000) expect(outcome).toMatchObject({ kind: 'refused' })
      else {
        if (amount > 0) added.push({ amount, commandId })
        const state = { sum: sum + amount }
        expect(outcome).toMatchObject({
          kind: 'done',
          version: known.length + added.length,
          state,
          isRepeated: false,
        })
      }
    }
    if (ending === 'throw') throw new Killed()
    if (ending === 'kill') await tx.sql`select pg_terminate_backend(pg_backend_pid())`.catch(() => {})
    if (ending === 'kill') throw new Killed()
  }
  const error = await database.transaction(run, { attempts: 1 }).catch((thrown: unknown) => thrown)
  expect(error instanceof Killed).toBe(ending !== 'commit')
  if (ending !== 'commit') return
  expect(error).toBeUndefined()
  known.push(...added)
  model.count += added.length
}

interface AtOnce {
  readonly id: string
  readonly store: keyof typeof stores
  readonly count: number
  readonly isOneCommand: boolean
}

/** Commands for one aggregate at once, of which those with one id have one effect. */
async function race({ id, store, count, isOneCommand }: AtOnce, model: Model, { database }: Real): Promise<void> {
  const known = eventsOf(model, id)
  const commandIds = Array.from({ length: count }, (_, index) =>
    isOneCommand && index > 0 ? `c${model.lastCommand}` : `c${(model.lastCommand += 1)}`,
  )
  const fits = Math.max(0, Math.min(new Set(commandIds).size, 1_000 - sumOf(known)))
  const outcomes = await Promise.all(
    commandIds.map((commandId) =>
      database.transaction((tx) => stores[store].execute(tx, { id, command: { amount: 1 }, commandId, at })),
    ),
  )
  const first = outcomes.flatMap((outcome, index) =>
    outcome.kind === 'done' && !outcome.isRepeated ? [{ version: outcome.version, commandId: commandIds[index] }] : [],
  )
  expect(first).toHaveLength(fits)
  for (const { commandId = '' } of first.toSorted((one, other) => one.version - other.version))
    known.push({ amount: 1, commandId })
  model.count += fits
}

/** A command that has had its effect before, and one with a version that the aggregate does not have. */
async function repeat(
  { id, store, nth }: { readonly id: string; readonly store: keyof typeof stores; readonly nth: number },
  model: Model,
  { database }: Real,
): Promise<void> {
  const known = eventsOf(model, id)
  const before = known[nth % Math.max(known.length, 1)]
  const execute = (commandId: string, expectedVersion?: number) =>
    database.transaction((tx) =>
      stores[store].execute(tx, { id, command: { amount: 1 }, commandId, at, expectedVersion }),
    )
  if (before !== undefined)
    expect(await execute(before.commandId)).toMatchObject({
      kind: 'done',
      isRepeated: true,
      version: known.length,
      state: { sum: sumOf(known) },
      events: known
        .filter(({ commandId }) => commandId === before.commandId)
        .map(({ amount }) => ({ type: 'added', data: { amount, unit: 'cent' } })),
    })
  expect(await execute('never', known.length + 1)).toEqual({ kind: 'conflict', version: known.length })
}

/** An event of an earlier release. */
async function appendOld({ id }: { readonly id: string }, model: Model, { database }: Real): Promise<void> {
  const known = eventsOf(model, id)
  const commandId = `c${(model.lastCommand += 1)}`
  const events = [{ type: 'added', typeVersion: 1, data: { euros: 1 } }]
  const append = { stream: { category: 'counter', id }, events, commandId, recordedBy: undefined, at }
  await database.transaction((tx) => appendEvents(tx, { ...append, expectedVersion: known.length }))
  known.push({ amount: 100, commandId })
  model.count += 1
}

/** Lets the read model advance, in a process that may die. */
async function advance(
  args: { readonly isKilled: boolean; readonly mostEvents: number },
  _: Model,
  real: Real,
): Promise<void> {
  const run = async (tx: WriteHandle) => {
    await clearRetry(tx, sums.name)
    await runProjection(tx, projectionOf(real), { mostEvents: args.mostEvents })
    if (args.isKilled) throw new Killed()
  }
  await real.database.transaction(run).catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error
  })
}

async function rebuild(_args: object, _: Model, { database }: Real): Promise<void> {
  await database.transaction((tx) => addGeneration(tx, sums, { isForced: true }))
}

async function breakOrRepair(_args: object, _: Model, real: Real): Promise<void> {
  real.isBroken = !real.isBroken
}

const anyId = fc.constantFrom(...ids)
const anyStore = fc.constantFrom<keyof typeof stores>('plain', 'old', 'new')

/** Every command, the frequent ones more than once. */
export const anyCommand: fc.Arbitrary<Step>[] = [
  fc
    .record({
      id: anyId,
      amounts: fc.array(fc.constantFrom(0, 1, 2, poison, 400), { minLength: 1, maxLength: 8 }),
      store: anyStore,
      ending: fc.constantFrom<Executed['ending']>('commit', 'commit', 'commit', 'throw', 'kill'),
      isExpecting: fc.boolean(),
    })
    .map(commandOf(executeAll)),
  fc
    .record({ id: anyId, store: anyStore, count: fc.integer({ min: 2, max: 6 }), isOneCommand: fc.boolean() })
    .map(commandOf(race)),
  fc.record({ id: anyId, store: anyStore, nth: fc.nat(1_000) }).map(commandOf(repeat)),
  fc.record({ id: anyId }).map(commandOf(appendOld)),
  ...[fc.boolean(), fc.constant(false)].map((isKilled) =>
    fc.record({ isKilled, mostEvents: fc.integer({ min: 1, max: 8 }) }).map(commandOf(advance)),
  ),
  fc.constant({}).map(commandOf(rebuild)),
  fc.constant({}).map(commandOf(breakOrRepair)),
]

/** Every aggregate as each release reads it, the order of all events, and each read model up to its position. */
export async function checkStep(model: Model, { database }: Real): Promise<void> {
  const { streams, count } = model
  for (const [id, { events }] of streams)
    for (const store of Object.values(stores))
      expect(await store.load(database.read, id)).toEqual({ state: { sum: sumOf(events) }, version: events.length })
  const all = await readCategory<Added>(database.read, types, 'counter', { after: 0, limit: 10_000 })
  expect(all.events.map(({ position }) => position)).toEqual(Array.from({ length: count }, (_, index) => index + 1))
  expect(all.head).toBe(count)
  for (const [id, { events }] of streams)
    expect(
      all.events
        .filter(({ streamId }) => streamId === id)
        .map(({ version, commandId, data: { amount } }) => ({ version, commandId, amount })),
    ).toEqual(events.map((event, index) => ({ version: index + 1, ...event })))
  const generations = await readProjections(database.read)
  const live = generations.filter(({ isLive }) => isLive)
  expect(live).toHaveLength(1)
  expect(live[0]?.position).toBeGreaterThanOrEqual(model.live)
  model.live = live[0]?.position ?? 0
  for (const { generation, position } of generations)
    expect(await rowsOf(database, generation)).toEqual(sumsOf(all.events.slice(0, position)))
}

function sumsOf(events: readonly (Added & { readonly streamId: string })[]) {
  const rows = new Map<string, { id: string; sum: number; events: number }>()
  for (const { streamId: id, data } of events) {
    const { sum = 0, events: before = 0 } = rows.get(id) ?? {}
    rows.set(id, { id, sum: sum + data.amount, events: before + 1 })
  }
  return [...rows.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1))
}

const rowsOf = (database: Database, generation: number) =>
  database.read.sql`select id, sum, events from sums where generation = ${generation} order by id`

/** Repaired, the read model gets there, and nothing of what it replaced is left. */
export async function checkEnd(model: Model, real: Real): Promise<void> {
  real.isBroken = false
  await real.database.transaction((tx) => clearRetry(tx, sums.name))
  await runAll(real.database)
  await runAll(real.database)
  const states = await readProjections(real.database.read)
  expect(states).toMatchObject([{ isLive: true, lag: 0, failures: 0, position: model.count }])
  await checkStep(model, real)
  expect(
    await real.database.read.sql`select distinct generation from sums where generation <> ${states[0]?.generation}`,
  ).toEqual([])
}
