import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { EndedSpan } from '@stoa/telemetry'
import { eventually, testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sagaMigrations, signalSaga, startSaga, type SagaEngine, type SagaEngineOptions } from '../src/index.ts'
import {
  away,
  makeWorld,
  notesMigrations,
  notesOf,
  quietTelemetry,
  refusal,
  shop,
  startEngine,
  type Hooks,
  type World,
} from './purchase.ts'

let own: TestDatabase
let world: World
let engine: SagaEngine

beforeAll(async () => {
  own = await testDatabase({ name: 'saga', sets: [sagaMigrations, notesMigrations] })
})
afterAll(() => own.close())
beforeEach(() => {
  world = makeWorld()
})
afterEach(() => engine.stop())

const start = async (more: Partial<SagaEngineOptions> & { readonly hooks?: Hooks } = {}) => {
  engine = await startEngine(own.database, world, more)
}

const purchase = async (review = false) => {
  const orderId = randomUUID()
  await own.database.transaction((tx) => startSaga(tx, shop, 'purchase', orderId, { orderId, review }))
  return orderId
}
const lost = () => {
  throw away()
}
const idOf = (orderId: string) => `purchase:${orderId}`
const comesTo = (orderId: string, state: string) =>
  eventually(async () => expect(await engine.show(idOf(orderId))).toMatchObject({ state }))
const journalOf = async (orderId: string) =>
  (await engine.show(idOf(orderId))).steps.map(({ step, kind, outcome }) =>
    [step, kind, outcome].filter(Boolean).join(' '),
  )
const keysOf = (orderId: string) =>
  world.calls
    .map(({ key }) => key)
    .filter((key) => key.startsWith(idOf(orderId)))
    .map((key) => key.slice(idOf(orderId).length + 1))
const signal = (orderId: string, outcome: string, service = shop) =>
  own.database.transaction((tx) => signalSaga(tx, service, 'purchase', orderId, 'review', { outcome }))

describe('a saga', () => {
  test('runs its steps in order, each journalled, what belongs to a row in its transaction', async () => {
    await start({ pollMs: 600_000 })
    const orderId = await purchase()
    await comesTo(orderId, 'completed')
    expect(await journalOf(orderId)).toEqual([
      'reserve action succeeded',
      'pay action succeeded',
      'ship action succeeded',
      'confirm enter entered',
      'confirm action succeeded',
      'thank action succeeded',
    ])
    expect(await notesOf(own.database, orderId)).toEqual(['paid', 'confirming', 'confirmed', 'completed'])
    expect(keysOf(orderId)).toEqual(['reserve/action', 'pay/action', 'ship/action', 'confirm/action', 'thank/action'])
    expect(world.calls.every(({ compensates }) => compensates === undefined)).toBe(true)
    expect((await engine.show(idOf(orderId))).steps[0]).toMatchObject({ attempts: 1, result: { what: 'reserve' } })
  })

  test('that was started is joined by a second start', async () => {
    await start()
    const orderId = await purchase()
    await comesTo(orderId, 'completed')
    await own.database.transaction((tx) => startSaga(tx, shop, 'purchase', orderId, { orderId, review: true }))
    await delay(60)
    expect(await engine.show(idOf(orderId))).toMatchObject({ state: 'completed', input: { orderId, review: false } })
    expect(keysOf(orderId)).toHaveLength(5)
  })

  test('does not run when the transaction that starts it is rolled back', async () => {
    await start()
    const orderId = randomUUID()
    const failing = own.database.transaction(async (tx) => {
      await startSaga(tx, shop, 'purchase', orderId, { orderId, review: false })
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    await expect(engine.show(idOf(orderId))).rejects.toMatchObject({ code: 'saga.not_found' })
    expect(world.calls).toEqual([])
  })

  test('tells which sagas have done something that others see', async () => {
    const changed: string[] = []
    await start({ onChanged: (ids) => changed.push(...ids) })
    const orderId = await purchase()
    await comesTo(orderId, 'completed')
    expect(changed).toContain(orderId)
  })

  test('runs in the trace of the request that started it', async () => {
    const spans: EndedSpan[] = []
    const telemetry = quietTelemetry(spans)
    await start({ telemetry })
    const orderId = randomUUID()
    const traceId = 'ab'.repeat(16)
    const origin = { traceparent: `00-${traceId}-${'cd'.repeat(8)}-01`, correlationId: 'request-1' }
    await own.database.transaction((tx) => startSaga(tx, shop, 'purchase', orderId, { orderId, review: false }, origin))
    await comesTo(orderId, 'completed')
    await telemetry.flush()
    expect(spans.map(({ name }) => name)).toEqual(
      ['reserve', 'pay', 'ship', 'confirm', 'thank'].map((step) => `purchase ${step}`),
    )
    expect(new Set(spans.map(({ context }) => context.traceId))).toEqual(new Set([traceId]))
    expect(new Set(spans.map(({ context }) => context.logFields['orderId']))).toEqual(new Set([orderId]))
    const rows = await own.database.read
      .sql`select distinct trace_id from saga_journal where saga_id = ${idOf(orderId)}`
    expect(rows).toEqual([{ trace_id: traceId }])
    expect(await engine.show(idOf(orderId))).toMatchObject({ traceId, correlationId: 'request-1' })
  })

  test('is counted by its type and the state it came to', async () => {
    const telemetry = quietTelemetry()
    await start({ telemetry })
    await comesTo(await purchase(), 'completed')
    const waiting = await purchase(true)
    await comesTo(waiting, 'waiting')
    const { body } = await telemetry.metrics.expose()
    expect(body).toContain('saga_total{saga="purchase",state="completed"} 1\n')
    expect(body).toContain('saga_active 1\n')
    await engine.compensate(idOf(waiting))
    await comesTo(waiting, 'compensated')
  })

  test('is one of hundreds that run at once', async () => {
    await start({ maxActive: 50 })
    const orders = Array.from({ length: 300 }, () => randomUUID())
    await own.database.transaction(async (tx) => {
      for (const orderId of orders) await startSaga(tx, shop, 'errand', orderId, { orderId })
    })
    await eventually(async () => {
      const [row] = await own.database.read.sql<{ done: number }>`
        select count(*) as done from sagas where name = 'errand' and state = 'completed' and key = any(${orders})`
      expect(row?.done).toBe(300)
    })
    expect(world.calls).toHaveLength(900)
  })
})

describe('a failure before the pivot', () => {
  test('that is a refusal is compensated at once, in reverse order, under keys that name the action', async () => {
    await start()
    world.script('ship/action', () => {
      throw refusal('shipping.no_route')
    })
    const orderId = await purchase()
    await comesTo(orderId, 'compensated')
    expect(await journalOf(orderId)).toEqual([
      'reserve action succeeded',
      'pay action succeeded',
      'ship action refused',
      'pay compensation succeeded',
      'reserve compensation succeeded',
    ])
    expect(world.calls.slice(-2)).toEqual([
      { key: `${idOf(orderId)}/pay/compensation`, compensates: `${idOf(orderId)}/pay/action` },
      { key: `${idOf(orderId)}/reserve/compensation`, compensates: `${idOf(orderId)}/reserve/action` },
    ])
    expect(await notesOf(own.database, orderId)).toEqual(['paid', 'rejected shipping.no_route'])
    expect(await engine.show(idOf(orderId))).toMatchObject({ reason: 'shipping.no_route' })
  })

  test('of a callee that is unavailable for a moment is retried under the same key', async () => {
    await start()
    world.script('pay/action', lost, lost)
    const orderId = await purchase()
    await comesTo(orderId, 'completed')
    expect(keysOf(orderId).filter((key) => key === 'pay/action')).toHaveLength(3)
    expect((await engine.show(idOf(orderId))).steps[1]).toMatchObject({ step: 'pay', attempts: 3 })
  })

  test('of a callee that stays away undoes that step too, as nobody knows whether it happened', async () => {
    await start()
    world.script('pay/action', lost, lost, lost, lost, lost)
    const orderId = await purchase()
    await comesTo(orderId, 'compensated')
    expect(world.effectsOf(idOf(orderId))).toEqual({ reserve: 'undone', pay: 'tombstone' })
    expect(await notesOf(own.database, orderId)).toEqual(['rejected participant.away'])
  })

  test('that is a refusal after an attempt without an answer undoes that step too', async () => {
    await start()
    world.script(
      'pay/action',
      (effect) => {
        effect()
        throw away()
      },
      () => {
        throw refusal('payment.declined')
      },
    )
    const orderId = await purchase()
    await comesTo(orderId, 'compensated')
    expect(world.effectsOf(idOf(orderId))).toEqual({ reserve: 'undone', pay: 'undone' })
    expect(await notesOf(own.database, orderId)).toEqual(['rejected payment.declined'])
  })

  test('that is a refusal after an attempt without an answer within the same call undoes that step too', async () => {
    await start()
    world.script('pay/action', (effect, { onUnanswered }) => {
      effect()
      onUnanswered()
      throw refusal('payment.declined')
    })
    const orderId = await purchase()
    await comesTo(orderId, 'compensated')
    expect(world.effectsOf(idOf(orderId))).toEqual({ reserve: 'undone', pay: 'undone' })
    expect(await notesOf(own.database, orderId)).toEqual(['rejected payment.declined'])
  })

  test('that is a bug is retried and then known as a failure of the service', async () => {
    await start({ limits: { attempts: 2, firstDelayMs: 5 } })
    const bug = () => {
      throw new TypeError('a secret')
    }
    world.script('reserve/action', bug, bug)
    const orderId = await purchase()
    await comesTo(orderId, 'compensated')
    expect(await notesOf(own.database, orderId)).toEqual(['rejected service.failed'])
  })

  test('of a step that gives no answer in time is retried, and an answer that comes later is nothing', async () => {
    await start({ limits: { stepTimeoutMs: 30, firstDelayMs: 5 } })
    world.script('reserve/action', async (effect) => {
      await delay(80)
      effect()
    })
    const orderId = await purchase()
    await comesTo(orderId, 'completed')
    expect((await engine.show(idOf(orderId))).steps[0]).toMatchObject({ step: 'reserve', attempts: 2 })
  })

  test('of time undoes the step in progress', async () => {
    await start({ limits: { sagaTimeoutMs: 150 } })
    world.script('pay/action', () => new Promise(() => {}))
    const orderId = await purchase()
    await comesTo(orderId, 'compensated')
    expect(world.effectsOf(idOf(orderId))).toEqual({ reserve: 'undone', pay: 'tombstone' })
    expect(await notesOf(own.database, orderId)).toEqual(['rejected saga.timed_out'])
  })
})

test('a saga that is given all the time it needs is called until it is answered', async () => {
  await start({
    limits: { sagaTimeoutMs: 100, attempts: 100, firstDelayMs: 30, maxDelayMs: 30 },
    hooks: { timeoutMs: Infinity },
  })
  world.script('pay/action', ...Array.from({ length: 15 }, () => lost))
  const orderId = await purchase()
  await comesTo(orderId, 'completed')
  expect(keysOf(orderId).filter((key) => key === 'pay/action')).toHaveLength(16)
})

describe('the pivot', () => {
  test('is entered in the transaction that journals the step before it', async () => {
    await start()
    const orderId = await purchase()
    await comesTo(orderId, 'completed')
    const rows = await own.database.read.sql<{ step: string }>`
      select step from saga_journal where saga_id = ${idOf(orderId)} and xmin = (
        select xmin from saga_journal where saga_id = ${idOf(orderId)} and step = 'ship' and kind = 'action'
      ) order by seq`
    expect(rows.map(({ step }) => step)).toEqual(['ship', 'confirm'])
  })

  test('whose entry fails is entered alone, and the step before it is not called again', async () => {
    let failures = 0
    await start({
      hooks: {
        enterConfirm: async (tx) => {
          if (failures++ < 2) await tx.sql`select 1 / 0`
        },
      },
    })
    const orderId = await purchase()
    await comesTo(orderId, 'completed')
    expect(failures).toBe(3)
    expect(keysOf(orderId).filter((key) => key === 'ship/action')).toHaveLength(1)
    expect(await notesOf(own.database, orderId)).toEqual(['paid', 'confirming', 'confirmed', 'completed'])
    const { steps } = await engine.show(idOf(orderId))
    expect(steps.find(({ step, kind }) => step === 'confirm' && kind === 'enter')).toMatchObject({ attempts: 2 })
  })

  test('that is refused at its entry is never called, and the saga is undone', async () => {
    await start({ hooks: { enterConfirm: async (_tx, _orderId, fail) => fail('order.cancelled') } })
    const orderId = await purchase()
    await comesTo(orderId, 'compensated')
    expect(world.effectsOf(idOf(orderId))).toEqual({ reserve: 'undone', pay: 'undone', ship: 'undone' })
    expect(await notesOf(own.database, orderId)).toEqual(['paid', 'rejected order.cancelled'])
  })

  test('that has been entered is called until it holds, past the time of the saga', async () => {
    await start({ limits: { sagaTimeoutMs: 300, firstDelayMs: 5, maxDelayMs: 60, attempts: 1 } })
    world.script('confirm/action', ...Array.from({ length: 15 }, () => lost))
    const orderId = await purchase()
    await comesTo(orderId, 'completed')
    expect(keysOf(orderId).filter((key) => key === 'confirm/action')).toHaveLength(16)
  })

  test('whose then fails is not confirmed, and is called again', async () => {
    let failures = 2
    await start({
      hooks: {
        thenConfirm: async () => {
          if (failures-- > 0) throw new TypeError('bug')
        },
      },
    })
    const orderId = await purchase()
    await comesTo(orderId, 'completed')
    expect(await notesOf(own.database, orderId)).toEqual(['paid', 'confirming', 'confirmed', 'completed'])
  })
})

describe('a wait', () => {
  test('ends with its signal, without a poll when it was sent here', async () => {
    await start({ pollMs: 600_000 })
    const orderId = await purchase(true)
    await comesTo(orderId, 'waiting')
    expect(await notesOf(own.database, orderId)).toEqual(['paid', 'on_hold'])
    await signal(orderId, 'approved')
    await comesTo(orderId, 'completed')
    expect(await notesOf(own.database, orderId)).toContain('reviewed approved')
  })

  test('reads a signal that came before it, the first of its name', async () => {
    await start()
    let letGo = () => {}
    const held = new Promise<void>((resolve) => {
      letGo = resolve
    })
    world.script('reserve/action', () => held)
    const orderId = await purchase(true)
    await signal(orderId, 'approved')
    await signal(orderId, 'declined')
    letGo()
    await comesTo(orderId, 'completed')
    expect(await notesOf(own.database, orderId)).toContain('reviewed approved')
    const kept = await own.database.read.sql`select 1 from saga_signals where saga_id = ${idOf(orderId)}`
    expect(kept).toEqual([])
  })

  test('hears a signal that was committed by another replica', async () => {
    await start()
    const orderId = await purchase(true)
    await comesTo(orderId, 'waiting')
    await signal(orderId, 'approved', { ...shop })
    await comesTo(orderId, 'completed')
  })

  test('whose signal is refused undoes the saga, and what the refusal wrote is gone', async () => {
    await start()
    const orderId = await purchase(true)
    await comesTo(orderId, 'waiting')
    await signal(orderId, 'declined')
    await comesTo(orderId, 'compensated')
    expect(await notesOf(own.database, orderId)).toEqual(['paid', 'on_hold', 'rejected review.declined'])
  })

  test('is not counted by the timeout of the saga', async () => {
    await start({ limits: { sagaTimeoutMs: 400 } })
    const orderId = await purchase(true)
    await comesTo(orderId, 'waiting')
    await delay(500)
    await signal(orderId, 'approved')
    await comesTo(orderId, 'completed')
  })

  test('takes no signal that its contract does not declare', async () => {
    await start()
    const undeclared = own.database.transaction((tx) => signalSaga(tx, shop, 'errand', 'any', 'review', {}))
    await expect(undeclared).rejects.toThrow('declares no signal')
  })
})

describe('an operator', () => {
  const refused = () => {
    throw refusal('participant.broken')
  }

  test('has a stuck step after the pivot retried', async () => {
    await start()
    world.script('confirm/action', refused)
    const orderId = await purchase()
    await comesTo(orderId, 'stuck')
    await expect(engine.compensate(idOf(orderId))).rejects.toMatchObject({ code: 'saga.past_pivot' })
    await engine.retry(idOf(orderId))
    await comesTo(orderId, 'completed')
    expect(await notesOf(own.database, orderId)).toContain('confirmed')
  })

  test('leaves out a stuck action, and its then still runs', async () => {
    await start()
    world.script('confirm/action', refused)
    const orderId = await purchase()
    await comesTo(orderId, 'stuck')
    await engine.skip(idOf(orderId))
    await comesTo(orderId, 'completed')
    expect(world.effectsOf(idOf(orderId))).not.toHaveProperty('confirm')
    expect(await notesOf(own.database, orderId)).toContain('confirmed')
  })

  test('has a stuck compensation retried, or leaves it out', async () => {
    await start({ limits: { firstDelayMs: 5, holdForMs: 40, maxDelayMs: 20 } })
    world.script('ship/action', refused, refused)
    world.script('pay/compensation', ...Array.from({ length: 20 }, () => lost))
    const [first, second] = [await purchase(), await purchase()]
    await comesTo(first, 'stuck')
    await comesTo(second, 'stuck')
    world.script('pay/compensation')
    await engine.compensate(idOf(first))
    await engine.skip(idOf(second))
    await comesTo(first, 'compensated')
    await comesTo(second, 'compensated')
    expect(world.effectsOf(idOf(first))).toEqual({ reserve: 'undone', pay: 'undone' })
    expect(world.effectsOf(idOf(second))).toEqual({ reserve: 'undone', pay: 'done' })
  })

  test('has a stuck end retried', async () => {
    let isBroken = true
    await start({
      limits: { firstDelayMs: 5, holdForMs: 20 },
      hooks: {
        whenCompensated: async () => {
          if (isBroken) throw new TypeError('bug')
        },
      },
    })
    world.script('reserve/action', refused)
    const orderId = await purchase()
    await comesTo(orderId, 'stuck')
    isBroken = false
    await engine.retry(idOf(orderId))
    await comesTo(orderId, 'compensated')
  })

  test('undoes a saga that waits', async () => {
    await start()
    const orderId = await purchase(true)
    await comesTo(orderId, 'waiting')
    await engine.compensate(idOf(orderId))
    await comesTo(orderId, 'compensated')
    expect(await notesOf(own.database, orderId)).toContain('rejected saga.compensated_by_operator')
    await expect(engine.compensate(idOf(orderId))).rejects.toMatchObject({ code: 'saga.ended' })
    await expect(engine.retry(idOf(orderId))).rejects.toMatchObject({ code: 'saga.not_stuck' })
  })

  test('finds sagas by state and type, page by page, newest first', async () => {
    await start()
    const orders = [await purchase(true), await purchase(true), await purchase(true)]
    for (const orderId of orders) await comesTo(orderId, 'waiting')
    const query = { state: 'waiting', type: 'purchase', limit: 2 } as const
    const first = await engine.list(query)
    const second = await engine.list({ ...query, cursor: first.nextCursor })
    expect([...first.items, ...second.items].map(({ key }) => key)).toEqual(orders.toReversed())
    expect(second.nextCursor).toBeUndefined()
    await expect(engine.list({ cursor: 'x' })).rejects.toMatchObject({ code: 'request.invalid' })
    for (const orderId of orders) await engine.compensate(idOf(orderId))
    for (const orderId of orders) await comesTo(orderId, 'compensated')
  })

  test('sees what is being tried', async () => {
    await start({ limits: { firstDelayMs: 60_000, maxDelayMs: 60_000 } })
    world.script('pay/action', () => {
      throw away()
    })
    const orderId = await purchase()
    await eventually(async () =>
      expect(await engine.show(idOf(orderId))).toMatchObject({
        trying: { attempts: 1, lastError: 'participant.away' },
      }),
    )
    await engine.compensate(idOf(orderId))
    await comesTo(orderId, 'compensated')
    expect(world.effectsOf(idOf(orderId))).toEqual({ reserve: 'undone', pay: 'tombstone' })
  })
})
