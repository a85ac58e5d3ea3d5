import { randomUUID } from 'node:crypto'
import { eventually, testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sagaMigrations, signalSaga, startSaga, startSagaEngine, type SagaEngine } from '../src/index.ts'
import { makeTx, notesMigrations, quietTelemetry } from './purchase.ts'
import { noteCalls, releaseOf, type Release, type TripCall } from './trip.ts'

let own: TestDatabase
let calls: TripCall[]
const engines: SagaEngine[] = []

beforeAll(async () => {
  own = await testDatabase({ name: 'saga_versions', sets: [sagaMigrations, notesMigrations] })
})
afterAll(() => own.close())
beforeEach(() => {
  calls = []
})
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop()
})

const run = async ({ service, definitions }: Release) => {
  const engine = await startSagaEngine({
    service,
    definitions,
    database: own.database,
    callsFor: noteCalls(calls),
    makeTx,
    telemetry: quietTelemetry(),
    workerName: 'test',
    pollMs: 20,
    leaseMs: 1_000,
  })
  engines.push(engine)
  return engine
}
const begin = async ({ service }: Release) => {
  const tripId = randomUUID()
  await own.database.transaction((tx) => startSaga(tx, service, 'trip', tripId, { tripId }))
  return tripId
}
const go = ({ service }: Release, tripId: string) =>
  own.database.transaction((tx) => signalSaga(tx, service, 'trip', tripId, 'go', {}))
const comesTo = (engine: SagaEngine, tripId: string, state: string) =>
  eventually(async () => expect(await engine.show(`trip:${tripId}`)).toMatchObject({ state }))
const ownerOf = async (tripId: string) => {
  const [row] = await own.database.read.sql<{ owner: string | null }>`
    select owner from sagas where id = ${`trip:${tripId}`}`
  return row?.owner
}
const stepsOf = (tripId: string) =>
  calls.filter(({ key }) => key.startsWith(`trip:${tripId}/`)).map(({ key }) => key.split('/')[1])

/** Waits until the engine has looked for work, by a saga of its own that only a look could have found. */
const hasLooked = async (engine: SagaEngine, release: Release) => {
  const { service } = releaseOf([release.service.sagas.trip.version])
  const tripId = await begin({ ...release, service })
  await comesTo(engine, tripId, 'waiting')
}

describe('beside a newer release', () => {
  const [one, two] = [releaseOf([1]), releaseOf([2])]

  test('a release leaves sagas of a version it does not know to no worker, and they run on when the newer is back', async () => {
    const young = await run(two)
    const tripId = await begin(two)
    await comesTo(young, tripId, 'waiting')
    const old = await run(one)
    await young.stop()
    await go(two, tripId)
    await hasLooked(old, one)
    expect(await old.show(`trip:${tripId}`)).toMatchObject({ state: 'waiting', version: 2 })
    expect(await ownerOf(tripId)).toBeNull()
    await comesTo(await run(two), tripId, 'completed')
    expect(stepsOf(tripId)).toEqual(['book', 'pay', 'fly'])
  })

  test('a release that takes over from a dead worker drives only what it knows', async () => {
    const young = await run(releaseOf([1, 2]))
    const [first, second] = [await begin(one), await begin(two)]
    await comesTo(young, first, 'waiting')
    await comesTo(young, second, 'waiting')
    young.abandon()
    const old = await run(one)
    await go(one, first)
    await go(two, second)
    await comesTo(old, first, 'completed')
    await eventually(async () => expect(await ownerOf(second)).toBeNull())
    expect(stepsOf(second)).toEqual(['book'])
    await comesTo(await run(releaseOf([1, 2])), second, 'completed')
    expect(stepsOf(second)).toEqual(['book', 'pay', 'fly'])
  })

  test('an operator of the older release does not undo a saga past the pivot of a version only the newer has', async () => {
    const young = await run(two)
    const tripId = await begin(two)
    await comesTo(young, tripId, 'waiting')
    const old = await run(one)
    await go(two, tripId)
    await comesTo(young, tripId, 'completed')
    await own.database.transaction(
      ({ sql }) => sql`update sagas set state = 'stuck', ended_at = null where id = ${`trip:${tripId}`}`,
    )
    await expect(old.compensate(`trip:${tripId}`)).rejects.toMatchObject({ code: 'saga.past_pivot' })
  })
})

test('under load, over a rollout and a rollback, every saga runs under the version it began with', async () => {
  const [one, both, two] = [releaseOf([1]), releaseOf([1, 2]), releaseOf([2])]
  const trips: { readonly tripId: string; readonly version: number }[] = []
  const load = async (release: Release, version: number, count: number) => {
    const begun = await Promise.all(Array.from({ length: count }, () => begin(release)))
    trips.push(...begun.map((tripId) => ({ tripId, version })))
    await Promise.all(begun.map((tripId) => go(release, tripId)))
  }
  const old = await run(one)
  await load(one, 1, 60)
  const young = await run(both)
  await Promise.all([load(both, 2, 60), load(one, 1, 60)])
  old.abandon()
  await Promise.all([load(both, 2, 60), load(one, 1, 60)])
  // Rolled back: what began under version 2 waits for it.
  await run(one)
  young.abandon()
  await load(one, 1, 60)
  await run(two)
  await eventually(async () => {
    const [row] = await own.database.read.sql<{ open: number }>`
      select count(*) as open from sagas where key = any(${trips.map(({ tripId }) => tripId)}) and state <> 'completed'`
    expect(row?.open).toBe(0)
  })
  const versionOf = new Map(trips.map(({ tripId, version }) => [`trip:${tripId}`, version]))
  expect(calls.filter(({ key, version }) => versionOf.get(key.split('/')[0] ?? '') !== version)).toEqual([])
  for (const { tripId, version } of trips) {
    expect(new Set(stepsOf(tripId))).toEqual(new Set(version === 1 ? ['book', 'fly'] : ['book', 'pay', 'fly']))
  }
})

describe('a definition', () => {
  test('whose steps changed while its version did not is refused', async () => {
    await run(releaseOf([3]))
    const { definitions } = releaseOf([2])
    const [changed] = Object.values(definitions).flat()
    const asThird = { trip: { ...changed, version: 3 } } as unknown as Release['definitions']
    await expect(run({ ...releaseOf([3]), definitions: asThird })).rejects.toThrow('raise its version')
  })

  test('of one version cannot be bound twice', async () => {
    await expect(run(releaseOf([1, 1]))).rejects.toThrow('bound twice')
  })

  test('of the version that the contract starts sagas with has to be bound', async () => {
    const { definitions } = releaseOf([1])
    await expect(run({ ...releaseOf([2]), definitions })).rejects.toThrow('version 2')
  })
})
