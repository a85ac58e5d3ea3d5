import { describeService, errors, type Fail, type Tx, type WriteHandle } from '@stoa/contract'
import { AppError, compact } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import { createTelemetry, type EndedSpan, type Telemetry } from '@stoa/telemetry'
import { Type } from 'typebox'
import {
  saga,
  signalSaga,
  startSaga,
  startSagaEngine,
  type SagaEngine,
  type SagaEngineOptions,
  type StepCause,
} from '../src/index.ts'

/** A shop with one saga of every kind of step. */
export const shop = describeService({
  name: 'shop',
  port: 1,
  owner: 'tests',
  slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
  errors: errors({
    'review.declined': { kind: 'conflict', title: 'The review declined' },
    'order.cancelled': { kind: 'conflict', title: 'The order was cancelled' },
  }),
  operations: {},
  sagas: {
    purchase: {
      version: 1,
      input: Type.Object({ orderId: Type.String(), review: Type.Boolean() }),
      signals: { review: Type.Object({ outcome: Type.String() }) },
    },
    errand: { version: 1, input: Type.Object({ orderId: Type.String() }) },
  },
  personalData: 'none',
})

/** Who is called: one effect a key, permanently, and a tombstone for what never came, as participants promise. */
export interface Participants {
  readonly call: (what: string) => Promise<{ readonly what: string }>
}

export type Behaviour = (effect: () => void, cause: StepCause) => Promise<void> | void

export interface World {
  readonly callsFor: (cause: StepCause) => Participants
  /** `done`, `undone` or `tombstone`, by action key. */
  readonly effects: Map<string, string>
  readonly calls: { readonly key: string; readonly compensates: string | undefined }[]
  /** What happens at the next calls under keys with this ending, one behaviour a call; then all goes well. */
  readonly script: (ending: string, ...behaviours: Behaviour[]) => void
  readonly effectsOf: (sagaId: string) => Record<string, string>
}

export function makeWorld(): World {
  const effects = new Map<string, string>()
  const calls: World['calls'] = []
  const scripts = new Map<string, Behaviour[]>()
  const apply = ({ idempotencyKey, compensates }: StepCause) => {
    const target = compensates ?? idempotencyKey
    const found = effects.get(target)
    if (compensates !== undefined)
      effects.set(target, found === undefined || found === 'tombstone' ? 'tombstone' : 'undone')
    else if (found === undefined || found === 'done') effects.set(target, 'done')
    else throw new AppError('conflict', 'participant.compensated', 'this was compensated')
  }
  return {
    effects,
    calls,
    callsFor: (cause) => ({
      async call(what) {
        calls.push({ key: cause.idempotencyKey, compensates: cause.compensates })
        const scripted = [...scripts].find(([ending, left]) => cause.idempotencyKey.endsWith(ending) && left.length > 0)
        const behaviour = scripted?.[1].shift()
        if (behaviour === undefined) apply(cause)
        else await behaviour(() => apply(cause), cause)
        return { what }
      },
    }),
    script: (ending, ...behaviours) => scripts.set(ending, behaviours),
    effectsOf: (sagaId) =>
      Object.fromEntries(
        [...effects]
          .filter(([key]) => key.startsWith(`${sagaId}/`))
          .map(([key, effect]) => [key.split('/')[1] ?? '', effect]),
      ),
  }
}

export const away = () => new AppError('unavailable', 'participant.away', 'no answer')
export const refusal = (code: string) => new AppError('conflict', code, 'no')

/** What tests put into the transactions that journal. */
export interface Hooks {
  enterConfirm?: (tx: WriteHandle, orderId: string, fail: Fail<typeof shop>) => Promise<void>
  thenConfirm?: (tx: WriteHandle, orderId: string) => Promise<void>
  whenCompensated?: (tx: WriteHandle, orderId: string) => Promise<void>
  /** Milliseconds that the whole purchase is given. */
  timeoutMs?: number
}

const participants = (context: { readonly calls: unknown }) => context.calls as Participants

const note = async (tx: WriteHandle, orderId: string, what: string, detail = '') =>
  void (await tx.sql`insert into notes (order_id, what, detail) values (${orderId}, ${what}, ${detail})`)

export function purchaseSagas(hooks: Hooks = {}) {
  return {
    purchase: saga(shop, 'purchase', compact({ timeoutMs: hooks.timeoutMs }))
      .step('reserve', {
        action: (context) => participants(context).call('reserve'),
        compensation: (context) => participants(context).call('release'),
      })
      .step('pay', {
        action: (context) => participants(context).call('pay'),
        compensation: (context) => participants(context).call('refund'),
        then: (tx, _paid, { input }) => note(tx, input.orderId, 'paid'),
      })
      .waitFor('review', {
        when: (_done, input) => input.review,
        timeoutMs: 60_000,
        enter: (tx, { input }) => note(tx, input.orderId, 'on_hold'),
        then: async (tx, value, { input, fail }) => {
          await note(tx, input.orderId, 'reviewed', value.outcome)
          if (value.outcome === 'declined') fail('review.declined')
        },
      })
      .step('ship', {
        action: (context) => participants(context).call('ship'),
        compensation: (context) => participants(context).call('unship'),
      })
      .pivot('confirm', {
        enter: async (tx, { input, fail }) => {
          await hooks.enterConfirm?.(tx, input.orderId, fail)
          await note(tx, input.orderId, 'confirming')
        },
        action: (context) => participants(context).call('confirm'),
        then: async (tx, _confirmed, { input }) => {
          await note(tx, input.orderId, 'confirmed')
          await hooks.thenConfirm?.(tx, input.orderId)
        },
      })
      .step('thank', { action: (context) => participants(context).call('thank') })
      .whenCompleted((tx, { input }) => note(tx, input.orderId, 'completed'))
      .whenCompensated(async (tx, { input, reason }) => {
        await hooks.whenCompensated?.(tx, input.orderId)
        await note(tx, input.orderId, 'rejected', reason)
      }),
    errand: saga(shop, 'errand')
      .step('one', { action: (context) => participants(context).call('one'), compensation: 'none' })
      .step('two', { action: (context) => participants(context).call('two'), compensation: 'none' })
      .step('three', { action: (context) => participants(context).call('three'), compensation: 'none' }),
  }
}

export const notesMigrations = {
  name: 'notes',
  migrations: [
    {
      name: '0001-create-notes',
      sql: 'create table notes (n bigint generated always as identity, order_id text not null, what text not null, detail text not null);',
    },
  ],
}

export async function notesOf(database: Database, orderId: string): Promise<string[]> {
  const rows = await database.read.sql<{ what: string; detail: string }>`
    select what, detail from notes where order_id = ${orderId} order by n`
  return rows.map(({ what, detail }) => (detail === '' ? what : `${what} ${detail}`))
}

export function quietTelemetry(spans: EndedSpan[] = []): Telemetry {
  return createTelemetry({
    service: 'shop',
    environment: 'test',
    version: '0',
    instance: 'test',
    logLevel: 'silent',
    spanSinks: [{ write: async (batch: readonly EndedSpan[]) => void spans.push(...batch), close: async () => {} }],
  })
}

const telemetry = quietTelemetry()

/** A service's transaction, as far as sagas need it. */
export function makeTx(handle: WriteHandle): Tx {
  return {
    sql: handle.sql,
    start: (name: string, id: string, input: unknown) => startSaga(handle, shop, name, id, input),
    signal: (name: string, id: string, signal: string, value: unknown) =>
      signalSaga(handle, shop, name, id, signal, value),
  } as unknown as Tx
}

export function startEngine(
  database: Database,
  world: Pick<World, 'callsFor'>,
  more: Partial<SagaEngineOptions> & { readonly hooks?: Hooks } = {},
): Promise<SagaEngine> {
  const { hooks, ...options } = more
  return startSagaEngine({
    service: shop,
    definitions: purchaseSagas(hooks) as unknown as SagaEngineOptions['definitions'],
    database,
    callsFor: world.callsFor,
    makeTx,
    telemetry,
    workerName: 'test',
    pollMs: 20,
    limits: { firstDelayMs: 5, maxDelayMs: 20 },
    ...options,
  })
}
