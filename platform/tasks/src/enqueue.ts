import type { Service, WriteHandle } from '@stoa/contract'
import { afterCommit, sendWithCommit } from '@stoa/postgres'
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

interface NewTask {
  readonly name: string
  readonly key: string | undefined
  readonly payload: string
  readonly delayMs: number
  readonly traceparent: string | undefined
}

const buffers = new WeakMap<WriteHandle, NewTask[]>()

/**
 * Enqueues a task in the caller's transaction: it runs at least once, and only if that commits. All tasks of a transaction are written
 * together with its COMMIT. In a sampled trace `startDetail` begins its span. Throws for an undeclared task or a payload that does not match its schema.
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
  bufferOf(tx, service).push({ name, key, payload: JSON.stringify(payload), delayMs, traceparent })
}

function bufferOf(tx: WriteHandle, service: Service): NewTask[] {
  const known = buffers.get(tx)
  if (known !== undefined) return known
  const tasks: NewTask[] = []
  buffers.set(tx, tasks)
  sendWithCommit(tx, () => Promise.all(withoutRepeats(tasks).map((some) => insert(tx, some))))
  afterCommit(tx, () => signalEnqueued(service))
  return tasks
}

/** Divides tasks so that each part has a key once, as a statement writes a row only once; the later task is in the later part. */
function withoutRepeats(tasks: readonly NewTask[]): NewTask[][] {
  const parts: NewTask[][] = []
  const timesSeen = new Map<string, number>()
  for (const task of tasks) {
    const id = task.key === undefined ? undefined : `${task.name} ${task.key}`
    const before = id === undefined ? 0 : (timesSeen.get(id) ?? 0)
    if (id !== undefined) timesSeen.set(id, before + 1)
    const part = (parts[before] ??= [])
    part.push(task)
  }
  return parts
}

/** In the order of their keys, so that transactions with the same keys wait for each other and do not deadlock. */
async function insert({ sql }: WriteHandle, tasks: readonly NewTask[]): Promise<void> {
  await sql`
    insert into tasks (name, key, payload, run_at, traceparent)
    select t.name, t.key, t.payload, now() + t.delay_ms * interval '1 millisecond', t.traceparent
      from unnest(
        ${tasks.map(({ name }) => name)}::text[], ${tasks.map(({ key }) => key)}::text[],
        ${tasks.map(({ payload }) => payload)}::jsonb[], ${tasks.map(({ delayMs }) => delayMs)}::float8[],
        ${tasks.map(({ traceparent }) => traceparent)}::text[]
      ) with ordinality as t (name, key, payload, delay_ms, traceparent, n) order by t.name, t.key, t.n
    on conflict (name, key) where state = 'pending' and key is not null do update set
      payload = case when tasks.attempt > 0 then tasks.payload else excluded.payload end,
      run_at = case when tasks.attempt > 0 then tasks.run_at else least(tasks.run_at, excluded.run_at) end,
      next_payload = case when tasks.attempt > 0 then excluded.payload end,
      next_run_at = case when tasks.next_payload is null then excluded.run_at else least(tasks.next_run_at, excluded.run_at) end,
      next_traceparent = excluded.traceparent
      -- A task that has not been claimed yet is only locked: its claim waits for the end of this transaction, and sees it.
      where tasks.attempt > 0 or tasks.payload <> excluded.payload or excluded.run_at < tasks.run_at`
}

function validatorOf(schema: TSchema): Validator {
  const known = validators.get(schema)
  if (known !== undefined) return known
  const made = Compile(schema)
  validators.set(schema, made)
  return made
}
