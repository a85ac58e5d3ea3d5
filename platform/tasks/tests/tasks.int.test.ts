import { describeService, errors, type Bindings, type Tx } from '@stoa/contract'
import { platformError } from '@stoa/kernel'
import { createTelemetry, currentContext, type EndedSpan } from '@stoa/telemetry'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { Type } from 'typebox'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { enqueue, failedTasks, startTasks, tasksMigrations, type EnqueueOptions } from '../src/index.ts'
import { claimTasks, completeTask, extendLeases } from '../src/store.ts'

const post = describeService({
  name: 'post',
  port: 1,
  owner: 'tests',
  slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
  errors: errors({}),
  operations: {},
  tasks: {
    send: { payload: Type.Object({ orderId: Type.String() }), attempts: 3 },
    sweep: { payload: Type.Object({}), everyMs: 3_600_000 },
  },
  personalData: 'none',
})
type Post = typeof post
type Send = Bindings<Post>['tasks']['send']

const effects = { name: 'post', migrations: [{ name: '0001-sent', sql: 'create table sent (order_id text not null)' }] }

let own: TestDatabase

beforeAll(async () => {
  own = await testDatabase({ name: 'post', sets: [tasksMigrations, effects] })
})
afterAll(() => own.close())
beforeEach(() => own.database.transaction(({ sql }) => sql`truncate tasks, task_schedules, sent`))

function work(
  send: Send,
  { sweep = async () => {}, pollMs = 20 }: { sweep?: () => Promise<void>; pollMs?: number } = {},
) {
  const lines: Record<string, unknown>[] = []
  const spans: EndedSpan[] = []
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
    spanSinks: [{ write: async (batch) => void spans.push(...batch), close: async () => {} }],
  })
  const running = startTasks({
    service: post,
    handlers: { send, sweep },
    database: own.database,
    calls: () => ({}),
    makeTx: (handle) => ({ sql: handle.sql }) as Tx<Post>,
    telemetry,
    pollMs,
  })
  let stopping: Promise<void> | undefined
  const stop = (drainMs?: number) => (stopping ??= running.stop(drainMs))
  onTestFinished(() => stop())
  return { stop, telemetry, lines, spans }
}

const send = (orderId: string, options?: EnqueueOptions) =>
  own.database.transaction((tx) => enqueue(tx, post, 'send', { orderId }, options))

const known = [{ name: 'send', attempts: 3 }]

/** Claims the one task that is due, as a process does that then dies or hangs; its lease has run out. */
async function claimAndDie() {
  const [task] = await claimTasks(own.database, known, 1)
  await own.database.transaction(({ sql }) => sql`update tasks set run_at = now()`)
  if (task === undefined) throw new Error('no task is due')
  return task
}

const noting: Send = ({ payload, commit }) =>
  commit(async ({ sql }) => void (await sql`insert into sent values (${payload.orderId})`))

async function sent(): Promise<string[]> {
  const rows = await own.database.read.sql<{ order_id: string }>`select order_id from sent order by order_id`
  return rows.map(({ order_id }) => order_id)
}

const pending = async () =>
  (await own.database.read.sql`select from tasks where state = 'pending' and name = 'send'`).length

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('it did not come to hold in time')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

describe('a task', () => {
  test('runs once its transaction has committed, without waiting for a poll, and is gone then', async () => {
    work(noting, { pollMs: 3_600_000 })
    await until(async () => (await own.database.read.sql`select from task_schedules`).length === 1)
    await send('a')
    await until(async () => (await sent()).length === 1)
    expect(await pending()).toBe(0)
  })

  test('never runs when its transaction is rolled back', async () => {
    work(noting)
    const failed = own.database.transaction(async (tx) => {
      await enqueue(tx, post, 'send', { orderId: 'never' })
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    await send('b')
    await until(async () => (await sent()).includes('b'))
    expect(await sent()).toEqual(['b'])
  })

  test('is refused when it is not declared, or its payload does not fit', async () => {
    const enqueueing = (name: string, payload: unknown) =>
      own.database.transaction((tx) => enqueue(tx, post, name, payload))
    await expect(enqueueing('burn', {})).rejects.toThrow('post declares no task burn')
    await expect(enqueueing('toString', {})).rejects.toThrow('declares no task')
    await expect(enqueueing('send', { orderId: 1 })).rejects.toThrow(TypeError)
    expect(await pending()).toBe(0)
  })

  test('is not added again under a key that is pending, and is once that one has run', async () => {
    await send('a', { key: 'k' })
    await send('b', { key: 'k' })
    await send('c', { key: 'other' })
    expect(await pending()).toBe(2)
    work(noting)
    await until(async () => (await sent()).length === 2)
    await send('d', { key: 'k' })
    await until(async () => (await sent()).length === 3)
    expect(await sent()).toEqual(['b', 'c', 'd'])
  })

  test('is written with the others of its transaction; of those with its key, the last one counts', async () => {
    await own.database.transaction(async (tx) => {
      const orders = [
        ['a', 'k'],
        ['b', undefined],
        ['c', 'other'],
        ['d', 'k'],
        ['e', undefined],
      ] as const
      for (const [orderId, key] of orders)
        await enqueue(tx, post, 'send', { orderId }, key === undefined ? {} : { key, delayMs: 3_600_000 })
    })
    const rows = await own.database.read.sql<{ key: string | null; order: string; is_due: boolean }>`
      select key, payload ->> 'orderId' as order, run_at <= now() as is_due from tasks order by 2`
    expect(rows).toEqual([
      { key: null, order: 'b', is_due: true },
      { key: 'other', order: 'c', is_due: false },
      { key: 'k', order: 'd', is_due: false },
      { key: null, order: 'e', is_due: true },
    ])
    const [row] = await own.database.read.sql<{ commands: number }>`
      select count(distinct cmin::text)::int as commands from tasks where key is distinct from 'k'`
    expect(row).toEqual({ commands: 1 })
  })

  test('is followed by one more when it was enqueued again while it was being worked on', async () => {
    const begun = Promise.withResolvers<void>()
    const mayEnd = Promise.withResolvers<void>()
    const keys: string[] = []
    work(async (context) => {
      keys.push(context.key)
      begun.resolve()
      await mayEnd.promise
      await noting(context)
    })
    await send('a', { key: 'k' })
    await begun.promise
    await send('b', { key: 'k' })
    await send('c', { key: 'k' })
    expect(await pending()).toBe(1)
    mayEnd.resolve()
    await until(async () => (await sent()).length === 2 && (await pending()) === 0)
    expect(await sent()).toEqual(['a', 'c'])
    expect(new Set(keys).size).toBe(2)
  })

  test('runs at the earliest of the times for which it was enqueued', async () => {
    const day = 86_400_000
    await send('a', { key: 'k', delayMs: day })
    await send('a', { key: 'k', delayMs: 2 * day })
    await send('b', { key: 'other', delayMs: day })
    work(noting)
    await send('a', { key: 'k' })
    await until(async () => (await sent()).length === 1)
    expect([await sent(), await pending()]).toEqual([['a'], 1])
  })

  test('follows at the earliest of the times for which it was enqueued again', async () => {
    let attempts = 0
    work(async (context) => {
      attempts += 1
      if (attempts === 1) for (const delayMs of [0, 86_400_000]) await send('b', { key: 'k', delayMs })
      await noting(context)
    })
    await send('a', { key: 'k' })
    await until(async () => (await sent()).length === 2)
    expect(await sent()).toEqual(['a', 'b'])
  })

  test('follows one of its key also when that one fails permanently', async () => {
    let attempts = 0
    const { lines } = work(async (context) => {
      if (context.payload.orderId !== 'a') return noting(context)
      if (++attempts === 3) await send('b', { key: 'k' })
      throw new Error('no stamp')
    })
    await send('a', { key: 'k' })
    await until(async () => (await sent()).length === 1)
    expect(await sent()).toEqual(['b'])
    expect(await failedTasks(own.database, ['send', 'sweep']).list(10)).toEqual([])
    expect(lines.filter(({ message }) => message === 'a task failed on every attempt')).toHaveLength(1)
  })

  test('enqueued again before its next attempt begins runs once', async () => {
    await send('a', { key: 'k' })
    await claimAndDie()
    await send('a', { key: 'k' })
    work(noting)
    await until(async () => (await sent()).length > 0 && (await pending()) === 0)
    expect(await sent()).toEqual(['a'])
  })

  const away: Send = () => Promise.reject(platformError('service.unavailable', 'auth cannot be reached'))
  const nextAttempt = () =>
    own.database.transaction(({ sql }) => sql`update tasks set run_at = now() where attempt > 0`)

  test('uses up no attempts while its callee is unavailable, and waits longer each time', async () => {
    let calls = 0
    const pauses: number[] = []
    work((context) => (++calls < 8 ? away(context) : noting(context)))
    await send('a')
    for (let call = 1; call < 8; call += 1) {
      await until(() => calls === call)
      await until(async () => (await waits()) === call)
      const [row] = await own.database.read.sql<{ attempt: number; ms: number }>`
        select attempt, extract(epoch from run_at - now())::float8 * 1000 as ms from tasks where name = 'send'`
      expect(row?.attempt).toBe(1)
      pauses.push(row?.ms ?? 0)
      await nextAttempt()
    }
    expect(pauses.at(-1)).toBeGreaterThan(5_000)
    await until(async () => (await sent()).length === 1)
    expect(await failedTasks(own.database, ['send', 'sweep']).list(10)).toEqual([])
  })
  const waits = async () => {
    const [row] = await own.database.read.sql<{ waits: number | null }>`
      select (error ->> 'waits')::int as waits from tasks where name = 'send'`
    return row?.waits
  }

  test('is put aside when its callee has been unavailable for more than a week', async () => {
    await send('a')
    await own.database.transaction(({ sql }) => sql`update tasks set created_at = now() - interval '8 days'`)
    work(away)
    await until(async () => {
      await nextAttempt()
      return (await failedTasks(own.database, ['send', 'sweep']).list(10)).length === 1
    })
  })

  test('is left by a release that does not know it to one that does, and loses no attempt', async () => {
    const { send: _, ...others } = post.tasks
    const older = describeService({ ...post, tasks: others })
    const telemetry = createTelemetry({
      service: 'post',
      environment: 'test',
      version: '0',
      instance: 'older',
      logLevel: 'silent',
    })
    let sweeps = 0
    const { database } = own
    const running = startTasks({
      service: older as unknown as Post,
      handlers: { send: noting, sweep: async () => void sweeps++ },
      database,
      calls: () => ({}),
      makeTx: (handle) => ({ sql: handle.sql }) as Tx<Post>,
      telemetry,
      pollMs: 20,
    })
    onTestFinished(() => running.stop())
    await send('a')
    await until(() => sweeps === 1)
    // It has claimed since: what was due before this one stays.
    await database.transaction(({ sql }) => sql`update task_schedules set next_at = now()`)
    await database.transaction(
      ({ sql }) => sql`insert into tasks (name, payload, run_at) values ('sweep', '{}', now())`,
    )
    await until(() => sweeps === 2)
    expect(await database.read.sql`select attempt from tasks where name = 'send'`).toEqual([{ attempt: 0 }])
    work(noting)
    await until(async () => (await sent()).length === 1)
  })

  test('waits for its delay', async () => {
    await send('later', { delayMs: 3_600_000 })
    await send('now')
    work(noting)
    await until(async () => (await sent()).includes('now'))
    expect(await pending()).toBe(1)
    await own.database.transaction(({ sql }) => sql`update tasks set run_at = now()`)
    await until(async () => (await sent()).includes('later'))
  })

  test('continues with the trace it was enqueued in, and logs the order it is about', async () => {
    let inside = ''
    const { telemetry, lines, spans } = work(async () => {
      inside = currentContext()?.traceId ?? ''
      telemetry.logger.info('sending')
    })
    let traceId = ''
    await telemetry.inSpan('place', {}, async () => {
      traceId = currentContext()?.traceId ?? ''
      await send('a')
    })
    await until(() => inside !== '')
    await until(async () => (await pending()) === 0)
    await telemetry.flush()
    expect(inside).toBe(traceId)
    expect(lines.find(({ message }) => message === 'sending')).toMatchObject({ traceId, orderId: 'a' })
    expect(spans.find(({ name }) => name === 'task send')).toMatchObject({ context: { traceId }, kind: 'consumer' })
  })

  test('is shared by replicas: each runs once', async () => {
    const orders = Array.from({ length: 40 }, (_, index) => `order ${String(index).padStart(2, '0')}`)
    work(noting)
    work(noting)
    await Promise.all(orders.map((order) => send(order)))
    await until(async () => (await sent()).length >= orders.length)
    await until(async () => (await pending()) === 0)
    expect(await sent()).toEqual(orders)
  })

  test('on a schedule runs once a period over all replicas', async () => {
    let sweeps = 0
    const sweep = async () => void sweeps++
    const replicas = [work(noting, { sweep }), work(noting, { sweep }), work(noting, { sweep })]
    await until(() => sweeps === 1)
    await own.database.transaction(({ sql }) => sql`update task_schedules set next_at = now()`)
    for (const { stop } of replicas) await stop()
    work(noting, { sweep })
    await until(() => sweeps === 2)
    await until(async () => (await own.database.read.sql`select from tasks where name = 'sweep'`).length === 0)
    expect(sweeps).toBe(2)
  })
})

describe('a task that fails', () => {
  test('is tried as often as it is declared, leaves nothing, then waits for an operator; retried, it runs', async () => {
    let attempts = 0
    let isMended = false
    const { telemetry } = work(async ({ payload, commit, attempt }) => {
      attempts++
      expect(attempt).toBe(isMended ? 1 : attempts)
      await commit(async ({ sql }) => {
        await sql`insert into sent values (${payload.orderId})`
        if (!isMended) throw new Error('no stamp')
      })
    })
    await send('a')
    const failed = failedTasks(own.database, ['send', 'sweep'])
    await until(async () => (await failed.list(10)).length === 1)
    expect(attempts).toBe(3)
    expect(await sent()).toEqual([])
    const [task] = await failed.list(10)
    expect(task).toMatchObject({ name: 'send', payload: { orderId: 'a' }, attempt: 3, error: { message: 'no stamp' } })
    expect((await telemetry.metrics.expose()).body).toMatch(/^tasks_failed 1$/m)
    isMended = true
    expect(await failed.retry(task?.id ?? -1)).toBe(true)
    await until(async () => (await sent()).length === 1)
    expect(await failed.retry(task?.id ?? -1)).toBe(false)
  })

  test('by taking its process down is put aside when its attempts are used up, and not run once more', async () => {
    await send('poison')
    for (const attempt of [1, 2, 3]) expect((await claimAndDie()).attempt).toBe(attempt)
    let runs = 0
    work(async () => void runs++)
    const failed = failedTasks(own.database, ['send', 'sweep'])
    await until(async () => (await failed.list(10)).length === 1)
    expect(await failed.list(10)).toMatchObject([{ payload: { orderId: 'poison' }, attempt: 3 }])
    expect((await failed.list(10))[0]?.error?.message).toMatch(/process died/)
    expect(runs).toBe(0)
  })

  test('is retried with all others, but not beside one of its own key', async () => {
    await own.database.transaction(
      ({ sql }) => sql`
        insert into tasks (name, key, payload, state, run_at, error)
        select 'send', key, json_build_object('orderId', name), 'failed', now(), '{"message": "no"}'
        from (values ('k', 'older'), ('k', 'newer'), (null, 'one'), (null, 'two'), ('p', 'behind')) as f (key, name)`,
    )
    await send('pending', { key: 'p', delayMs: 3_600_000 })
    const failed = failedTasks(own.database, ['send', 'sweep'])
    expect(await failed.retryAll()).toBe(3)
    work(noting)
    await until(async () => (await sent()).length === 3)
    expect(await sent()).toEqual(['newer', 'one', 'two'])
    expect(await failed.list(10)).toMatchObject([{ key: 'p' }])
  })

  test('is forgotten when it is discarded', async () => {
    work(async () => {
      throw new Error('no stamp')
    })
    await send('a')
    const failed = failedTasks(own.database, ['send', 'sweep'])
    await until(async () => (await failed.list(10)).length === 1)
    const [task] = await failed.list(10)
    expect(await failed.discard(task?.id ?? -1)).toBe(true)
    expect(await failed.discard(task?.id ?? -1)).toBe(false)
    expect(await failed.list(10)).toEqual([])
  })
})

describe('a worker', () => {
  test('that has lost its lease leaves no effect: the attempt that followed decides', async () => {
    const ended: unknown[] = []
    let isFirst = true
    work(async (context) => {
      if (isFirst) {
        isFirst = false
        // Another worker claims it, as after a hang that was longer than the lease.
        await own.database.transaction(({ sql }) => sql`update tasks set attempt = attempt + 1, run_at = now()`)
      }
      await noting(context).catch((error: unknown) => {
        ended.push(error)
        throw error
      })
    })
    await send('a')
    await until(async () => (await sent()).length > 0)
    await until(async () => (await pending()) === 0)
    expect(await sent()).toEqual(['a'])
    expect(ended).toHaveLength(1)
  })

  test('that wakes up from a hang neither ends nor prolongs what another attempt has', async () => {
    await send('a', { key: 'k' })
    const stale = await claimAndDie()
    await claimAndDie()
    await extendLeases(own.database, [stale])
    expect(await own.database.read.sql`select from tasks where run_at > now()`).toEqual([])
    await expect(own.database.transaction((tx) => completeTask(tx, stale))).rejects.toThrow('taken over')
    expect(await pending()).toBe(1)
  })

  test('that died leaves its task to the next one', async () => {
    await send('a')
    await own.database.transaction(({ sql }) => sql`update tasks set attempt = 1, run_at = now() - interval '1 second'`)
    const attempts: number[] = []
    work(async (context) => {
      attempts.push(context.attempt)
      await noting(context)
    })
    await until(async () => (await sent()).length === 1)
    expect(attempts).toEqual([2])
  })

  test('that stops ends what it has begun', async () => {
    const begun = Promise.withResolvers<void>()
    const mayEnd = Promise.withResolvers<void>()
    const { stop } = work(async (context) => {
      begun.resolve()
      await mayEnd.promise
      await noting(context)
    })
    await send('a')
    await begun.promise
    const stopped = stop()
    mayEnd.resolve()
    await stopped
    expect(await sent()).toEqual(['a'])
    await send('b')
    expect(await pending()).toBe(1)
  })

  test('hands on one key for all attempts of a task, and another for the next task', async () => {
    const keys: string[] = []
    work(async ({ key }) => {
      keys.push(key)
      if (keys.length < 2) throw new Error('not yet')
    })
    await send('a', { key: 'k' })
    await until(async () => keys.length === 2 && (await pending()) === 0)
    await send('a', { key: 'k' })
    await until(() => keys.length === 3)
    expect(keys[0]).toMatch(/^post\/task\/send\/\d+$/)
    expect(keys[1]).toBe(keys[0])
    expect(keys[2]).not.toBe(keys[0])
  })
})

describe('a task of a name that no running release knows', () => {
  const known = ['send', 'sweep']
  const add = (name: string, state: string, dueAgoMs: number) =>
    own.database.transaction(
      ({ sql }) => sql`
        insert into tasks (name, payload, state, run_at, error)
        values (${name}, '{}', ${state}, now() - ${dueAgoMs}::float8 * interval '1 millisecond',
          case when ${state} = 'failed' then '{"message": "no stamp"}'::json end)`,
    )

  test('is listed with its state, once every release has had the time to take it, and can be deleted', async () => {
    await add('fold', 'pending', 120_000)
    await add('fold', 'pending', 1_000)
    await add('send', 'pending', 120_000)
    await add('fold', 'failed', 0)
    await add('send', 'failed', 0)
    const tasks = failedTasks(own.database, known)
    const listed = await tasks.list(10)
    expect(listed.map(({ name, state, isKnown }) => ({ name, state, isKnown }))).toEqual([
      { name: 'send', state: 'failed', isKnown: true },
      { name: 'fold', state: 'failed', isKnown: false },
      { name: 'fold', state: 'waiting', isKnown: false },
    ])
    expect(await tasks.discard(listed[2]?.id ?? 0)).toBe(true)
    expect(await tasks.list(10)).toHaveLength(2)
  })

  test('is left alone by a deletion while it may still be taken', async () => {
    await add('fold', 'pending', 1_000)
    const [row] = await own.database.read.sql<{ id: number }>`select id from tasks`
    expect(await failedTasks(own.database, known).discard(row?.id ?? 0)).toBe(false)
  })
})
