import type { Service, WriteHandle } from '@stoa/contract'
import { afterCommit, json, sendWithCommit } from '@stoa/postgres'
import { currentContext, formatTraceparent } from '@stoa/telemetry'
import { Compile, type Validator } from 'typebox/compile'
import type { TSchema } from 'typebox'
import { signalEnqueued } from './local-queues.ts'

/** When a task runs, and what makes it one with another. */
export interface EnqueueOptions {
  readonly delayMs?: number
  /** While a task of this name and key is pending, a second one is not added. */
  readonly key?: string
}

const validators = new WeakMap<TSchema, Validator>()

/**
 * Enqueues a task in the caller's transaction, together with its COMMIT: it runs at least once, and only if that holds.
 * Throws for an undeclared task or a payload that does not fit its schema.
 */
export async function enqueue(
  tx: WriteHandle,
  service: Service,
  name: string,
  payload: unknown,
  { delayMs = 0, key }: EnqueueOptions = {},
): Promise<void> {
  const declared = Object.hasOwn(service.tasks, name) ? service.tasks[name] : undefined
  if (declared === undefined) throw new Error(`service ${service.name} declares no task ${name}`)
  if (!validatorOf(declared.payload).Check(payload))
    throw new TypeError(`the payload of task ${name} is not as declared`)
  const context = currentContext()
  const traceparent = context === undefined || context.spanId === '' ? undefined : formatTraceparent(context)
  const encoded = json(payload)
  sendWithCommit(
    tx,
    () => tx.sql`
      insert into tasks (name, key, payload, run_at, traceparent)
      values (${name}, ${key}, ${encoded}, now() + ${delayMs}::float8 * interval '1 millisecond', ${traceparent})
      on conflict (name, key) where state = 'pending' and key is not null do nothing`,
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
