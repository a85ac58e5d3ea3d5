import type { Service, WriteHandle } from '@stoa/contract'
import { afterCommit, json, sendWithCommit } from '@stoa/postgres'
import { currentContext, formatTraceparent, messagingAttributes, type Tracer } from '@stoa/telemetry'
import { Compile, type Validator } from 'typebox/compile'
import type { TSchema } from 'typebox'
import { signalEnqueued } from './local-queues.ts'

/** When a task runs, and the key by which it replaces a pending one. */
export interface EnqueueOptions {
  readonly delayMs?: number
  /**
   * While a task of this name and key waits for its first attempt, it takes the latest payload, and no second one is added. After
   * that, one more task follows with the latest payload, unless an attempt with an equal payload begins later: a change that was
   * committed after an attempt began is not missed. Of several delays the earliest end counts.
   */
  readonly key?: string
}

const validators = new WeakMap<TSchema, Validator>()

/**
 * Enqueues a task in the caller's transaction, together with its COMMIT: it runs at least once, and only if that succeeds.
 * In a sampled trace `startDetail` begins its span. Throws for an undeclared task or a payload that does not match its schema.
 */
export async function enqueue(
  tx: WriteHandle,
  service: Service,
  name: string,
  payload: unknown,
  { delayMs = 0, key }: EnqueueOptions = {},
  startDetail?: Tracer['startDetail'],
): Promise<void> {
  const declared = Object.hasOwn(service.tasks, name) ? service.tasks[name] : undefined
  if (declared === undefined) throw new Error(`service ${service.name} declares no task ${name}`)
  if (!validatorOf(declared.payload).Check(payload))
    throw new TypeError(`the payload of task ${name} does not match its schema`)
  const span = startDetail?.(() => ({
    name: `enqueue ${name}`,
    kind: 'producer',
    attributes: {
      [messagingAttributes.systemName]: 'stoa_tasks',
      [messagingAttributes.operationName]: 'enqueue',
      [messagingAttributes.operationType]: 'send',
      [messagingAttributes.destinationName]: `${service.name}.tasks.${name}`,
    },
  }))
  if (span !== undefined) afterCommit(tx, () => span.end())
  const context = span?.context ?? currentContext()
  const traceparent = context === undefined || context.spanId === '' ? undefined : formatTraceparent(context)
  const encoded = json(payload)
  sendWithCommit(
    tx,
    () => tx.sql`
      insert into tasks (name, key, payload, run_at, traceparent)
      values (${name}, ${key}, ${encoded}, now() + ${delayMs}::float8 * interval '1 millisecond', ${traceparent})
      on conflict (name, key) where state = 'pending' and key is not null do update set
        payload = case when tasks.attempt > 0 then tasks.payload else excluded.payload end,
        run_at = case when tasks.attempt > 0 then tasks.run_at else least(tasks.run_at, excluded.run_at) end,
        next_payload = case when tasks.attempt > 0 then excluded.payload end,
        next_run_at = case when tasks.next_payload is null then excluded.run_at else least(tasks.next_run_at, excluded.run_at) end,
        next_traceparent = excluded.traceparent
        -- A task that has not been claimed yet is only locked: its claim waits for the end of this transaction, and sees it.
        where tasks.attempt > 0 or tasks.payload <> excluded.payload or excluded.run_at < tasks.run_at`,
  )
  afterCommit(tx, () => signalEnqueued(service))
}

function validatorOf(schema: TSchema): Validator {
  const known = validators.get(schema)
  if (known !== undefined) return known
  const made = Compile(schema)
  validators.set(schema, made)
  return made
}
