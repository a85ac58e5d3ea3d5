import { describeService, errors, type Bindings, type Tx } from '@stoa/contract'
import { platformError } from '@stoa/kernel'
import { createTelemetry } from '@stoa/telemetry'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { Type } from 'typebox'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { enqueue, failedTasks, startTasks, tasksMigrations, type EnqueueOptions } from '../src/index.ts'

const post = describeService({
  name: 'post',
  port: 1,
  owner: 'tests',
  slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
  errors: errors({}),
  operations: {},
  tasks: {
    send: { payload: Type.Object({ letter: Type.String() }), attempts: 3 },
    hang: { payload: Type.Object({}), attempts: 1, timeoutMs: 200 },
    sweep: { payload: Type.Object({}), everyMs: 100, attempts: 1 },
    remind: { payload: Type.Object({}), attempts: 1 },
  },
  personalData: 'none',
})
type Handlers = Bindings<typeof post>['tasks']

let own: TestDatabase

beforeAll(async () => {
  own = await testDatabase({ name: 'post', sets: [tasksMigrations] })
})
afterAll(() => own.close())
beforeEach(() => own.database.transaction(({ sql }) => sql`truncate tasks, task_schedules`))

const nothing = async () => {}

function work(handlers: Partial<Handlers>, options: { concurrency?: number; failedRetentionMs?: number } = {}) {
  const lines: Record<string, unknown>[] = []
  const telemetry = createTelemetry({
    service: 'post',
    environment: 'test',
    version: '0',
    instance: 'test',
    destination: {
      write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
      flush: () => true,
      close() {},
    },
  })
  const running = startTasks({
    service: post,
    handlers: { send: nothing, hang: nothing, sweep: nothing, remind: nothing, ...handlers },
    database: own.database,
    calls: () => ({}),
    makeTx: (handle) => ({ sql: handle.sql }) as Tx<typeof post>,
    telemetry,
    pollMs: 20,
    ...options,
  })
  let stopping: Promise<void> | undefined
  const stop = (drainMs = 100) => (stopping ??= running.stop(drainMs))
  onTestFinished(() => stop())
  return { stop, lines }
}

const send = (letter: string, options?: EnqueueOptions) =>
  own.database.transaction((tx) => enqueue(tx, post, 'send', { letter }, options))
const hang = () => own.database.transaction((tx) => enqueue(tx, post, 'hang', {}))
const failed = () => failedTasks(own.database, Object.keys(post.tasks)).list(100)

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('it did not come to hold in time')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

test('a task with one attempt keeps it while its callee is unavailable', async () => {
  let calls = 0
  work({
    remind: async () => {
      calls += 1
      if (calls < 4) throw platformError('service.unavailable', 'auth cannot be reached')
      throw new Error('the one attempt')
    },
  })
  await own.database.transaction((tx) => enqueue(tx, post, 'remind', {}))
  for (let times = 1; times < 4; times += 1) {
    await until(async () => {
      // never while it runs, which would end its lease
      await own.database.transaction(
        ({ sql }) => sql`
          update tasks set run_at = now() where attempt = 1 and (error ->> 'waits')::int = ${times}`,
      )
      return calls === times + 1
    })
  }
  await until(async () => (await failed()).length > 0)
  expect(calls).toBe(4)
  expect((await failed())[0]).toMatchObject({ name: 'remind', error: { message: 'the one attempt' } })
})

test('a task that began with a wait has all of its attempts', async () => {
  let calls = 0
  work({
    send: async () => {
      calls += 1
      throw calls === 1 ? platformError('service.unavailable', 'auth cannot be reached') : new Error('no')
    },
  })
  await send('a')
  await until(async () => (await failed()).length > 0)
  expect(calls).toBe(1 + 3)
})

describe('after the clock of the database was set back by a day', () => {
  test('a schedule runs at once', async () => {
    await own.database.transaction(
      ({ sql }) => sql`insert into task_schedules values ('sweep', now() + interval '1 day')`,
    )
    let sweeps = 0
    work({ sweep: async () => void sweeps++ })
    await until(() => sweeps > 1)
  })

  test('a task whose worker died, one between two attempts and one that was delayed run in time', async () => {
    await own.database.transaction(
      ({ sql }) => sql`
        insert into tasks (name, payload, attempt, run_at, created_at) values
          ('send', '{"letter": "delayed"}', 0, now() + interval '1 day 1 hour', now() + interval '1 day'),
          ('send', '{"letter": "at once"}', 0, now() + interval '1 day', now() + interval '1 day'),
          ('send', '{"letter": "claimed"}', 1, now() + interval '1 day 30 seconds', now() + interval '1 day')`,
    )
    const sent: string[] = []
    const { lines } = work({ send: async ({ payload }) => void sent.push(payload.letter) })
    const left = () =>
      own.database.read.sql<{ letter: string; wait: number }>`
        select payload->>'letter' as letter, round(extract(epoch from run_at - now()) / 10)::int * 10 as wait
        from tasks where name = 'send' order by 1`
    await until(async () => (await left()).length === 2)
    expect(sent).toEqual(['at once'])
    expect(await left()).toEqual([
      { letter: 'claimed', wait: 30 },
      { letter: 'delayed', wait: 3_600 },
    ])
    expect(lines.map(({ message }) => message)).toContain(
      'tasks were rescheduled because the clock of the database was set back',
    )
  })
})

describe('failed tasks', () => {
  test('of a schedule are one row, which the next success removes', async () => {
    let runs = 0
    let isFixed = false
    work({
      async sweep() {
        runs++
        if (!isFixed) throw new Error('unavailable')
      },
    })
    await until(() => runs >= 4)
    expect(await failed()).toHaveLength(1)
    isFixed = true
    await until(async () => (await failed()).length === 0)
  })

  test('of other keys and without a key are left alone by a success', async () => {
    const { stop } = work({
      async send() {
        throw new Error('no stamp')
      },
    })
    for (const key of ['a', 'b', undefined, undefined]) await send('x', key === undefined ? {} : { key })
    await until(async () => (await failed()).length === 4)
    await stop()
    work({})
    await send('x', { key: 'a' })
    await send('x')
    await until(
      async () =>
        (await own.database.read.sql`select from tasks where state = 'pending' and name = 'send'`).length === 0,
    )
    expect((await failed()).map(({ key }) => key)).toEqual(expect.arrayContaining(['b', null, null]))
    expect(await failed()).toHaveLength(3)
  })

  test('are removed after their retention', async () => {
    await own.database.transaction(
      ({ sql }) => sql`
        insert into tasks (name, payload, state, run_at, error) values
          ('send', '{"letter": "old"}', 'failed', now() - interval '2 days', '{"message": "no"}'),
          ('send', '{"letter": "new"}', 'failed', now(), '{"message": "no"}')`,
    )
    work({}, { failedRetentionMs: 86_400_000 })
    await until(async () => (await failed()).length === 1)
    expect(await failed()).toMatchObject([{ payload: { letter: 'new' } }])
  })
})

describe('a payload enqueued under the same key', () => {
  test('before the first attempt replaces the one that waits', async () => {
    await send('first', { key: 'k' })
    await send('second', { key: 'k' })
    const sent: string[] = []
    work({ send: async ({ payload }) => void sent.push(payload.letter) })
    await until(() => sent.length > 0)
    expect(sent).toEqual(['second'])
  })

  test('between two attempts runs as a task of its own after the one that was begun', async () => {
    const seen: string[] = []
    const keys = new Set<string>()
    work({
      async send({ payload, attempt, key }) {
        seen.push(`${payload.letter}#${attempt}`)
        keys.add(key)
        if (seen.length === 1) throw new Error('not yet')
      },
    })
    await send('first', { key: 'k' })
    await until(async () => (await own.database.read.sql`select from tasks where error is not null`).length === 1)
    await send('second', { key: 'k' })
    await until(() => seen.length === 3)
    expect(seen).toEqual(['first#1', 'first#2', 'second#1'])
    expect(keys.size).toBe(2)
  })
})

describe('a handler that does not return', () => {
  const forever = () => new Promise<void>(() => {})

  test('fails at its time limit and occupies no place', async () => {
    const sent: string[] = []
    work({ hang: forever, send: async ({ payload }) => void sent.push(payload.letter) }, { concurrency: 1 })
    await hang()
    await until(
      async () => (await own.database.read.sql`select from tasks where name = 'hang' and attempt = 1`).length === 1,
    )
    await send('behind')
    await until(() => sent.length === 1)
    expect(await failed()).toMatchObject([{ name: 'hang', error: { code: 'request.deadline_exceeded' } }])
  })

  test('does not delay a stop beyond its limit, and its task goes to another replica', async () => {
    const begun = Promise.withResolvers<void>()
    const { stop } = work({
      send() {
        begun.resolve()
        return forever()
      },
    })
    await send('a')
    await begun.promise
    const startedAt = performance.now()
    await stop(100)
    expect(performance.now() - startedAt).toBeLessThan(20_000)
    const attempts: number[] = []
    work({ send: async ({ attempt }) => void attempts.push(attempt) })
    await until(() => attempts.length === 1)
    expect(attempts).toEqual([2])
  })
})
