import { setTimeout as delay } from 'node:timers/promises'
import { openDatabase } from '@stoa/postgres'
import { createTelemetry } from '@stoa/telemetry'
import { testDatabase } from '@stoa/testing'
import { expect, test } from 'vitest'
import { makeDefinitions } from '../src/definitions.ts'
import { sagaMigrations } from '../src/index.ts'
import { listSagas } from '../src/list-sagas.ts'
import { lookAround } from '../src/look-around.ts'
import { prepareSession } from '../src/membership.ts'
import { isFullScale } from './config.ts'
import { makeWorld, notesMigrations, purchaseSagas, shop, startEngine } from './purchase.ts'

const isFull = isFullScale()
const none = '00000000-0000-0000-0000-000000000000'
const print = (line: string) => isFull && process.stdout.write(`${line}\n`)

const rows = (state: string, from: number, count: number, createdAt = 'clock_timestamp()') => `
  insert into sagas (id, name, key, version, state, input, created_at)
  select 'errand:' || n, 'errand', n::text, 1, '${state}', '{"orderId":"o"}', ${createdAt}
  from generate_series(${from + 1}, ${from + count}) n`

test('a backlog behind many ended sagas is worked off, and no worker loses its lease', async () => {
  const [ended, backlog] = isFull ? [300_000, 20_000] : [3_000, 1_000]
  const own = await testDatabase({ name: 'saga_scale', sets: [sagaMigrations, notesMigrations] })
  const admin = await own.database.session()
  await admin.script('set statement_timeout = 0')
  for (const script of [rows('completed', 0, ended), 'vacuum analyze sagas', rows('running', ended, backlog)])
    await admin.script(script)
  const database = openDatabase({ url: own.url, applicationName: 'engine', statementTimeoutMs: 10_000 })
  let livesLost = 0
  const destination = {
    write: (line: string) => void (line.includes('worker lost its lease') && livesLost++),
    flush: () => true,
    close() {},
  }
  const shared = { service: 'shop', environment: 'test', version: '0', instance: 'test', spanSinks: [], destination }
  const at = performance.now()
  const engine = await startEngine(database, makeWorld(), { pollMs: 200, telemetry: createTelemetry(shared) })
  let open = backlog
  while (open > 0 && performance.now() - at < 100_000) {
    await delay(100)
    const [row] = await admin.sql<{ open: number }>`select count(*) as open from sagas where state <> 'completed'`
    open = row?.open ?? 0
  }
  print(
    `${backlog} sagas behind ${ended} ended ones: ${((performance.now() - at) / 1_000).toFixed(1)} s, lives lost ${livesLost}`,
  )
  expect([open, livesLost]).toEqual([0, 0])
  await engine.stop()
  await database.close()
  await admin.close()
  await own.close()
})

test('lists and polls, with many finished sagas and under an old snapshot', async () => {
  const finished = isFull ? 1_000_000 : 2_000
  const own = await testDatabase({ name: 'saga_lists', sets: [sagaMigrations] })
  const admin = await own.database.session()
  await admin.script('set statement_timeout = 0')
  await admin.script(
    `${rows('completed', 0, finished, `now() - n * interval '1 second'`)}; analyze sagas; ${rows('stuck', finished, 1)}`,
  )
  const median = async (run: () => Promise<unknown>) => {
    const took: number[] = []
    while (took.length < 5) {
      const at = performance.now()
      await run()
      took.push(performance.now() - at)
    }
    return `${took.toSorted((a, b) => a - b)[2]?.toFixed(1)} ms`
  }
  for (const query of [
    {},
    { state: 'stuck' },
    { state: 'waiting' },
    { state: 'running' },
    { type: 'purchase' },
    { state: 'completed', type: 'errand' },
    { state: 'completed', type: 'purchase' },
  ] as const)
    print(
      `${finished} finished, list ${JSON.stringify(query)}: ${await median(() => listSagas(own.database.read, query))}`,
    )
  expect((await listSagas(own.database.read, { state: 'stuck' })).items).toHaveLength(1)
  const poller = await own.database.session()
  await prepareSession(poller, 30_000)
  const definitions = makeDefinitions(shop, purchaseSagas() as never)
  const look = (isNarrow: boolean) => () => lookAround(poller, { worker: none, definitions, room: () => 500, isNarrow })
  const old = await own.database.session()
  await old.script('begin isolation level repeatable read; select count(*) from sagas')
  await admin.script(`
    ${rows('running', finished + 1, isFull ? 300_000 : 1_000, `now() - interval '5 minutes'`)};
    update sagas set owner = gen_random_uuid(), epoch = 1 where state = 'running'`)
  await admin.script(`update sagas set state = 'completed', owner = null, ended_at = now() where state = 'running'`)
  print(`under a snapshot older than all of them, a whole look: ${await median(look(false))}`)
  print(`and one for what began within a minute: ${await median(look(true))}`)
  expect((await look(false)()).unclaimed).toEqual([])
  await old.script('rollback')
  for (const session of [old, poller, admin]) await session.close()
  await own.close()
})
