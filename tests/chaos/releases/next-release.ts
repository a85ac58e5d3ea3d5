import type { EventType, Json, SagaDefinition, TaskHandler, WriteHandle } from '@stoa/contract'
import type { DefinedService } from '@stoa/service'
import { Type } from 'typebox'

interface Additions {
  /** An event type that it consumes as well. */
  readonly event: EventType
  /** A saga whose version goes up by one, with one more step before the step of this name. */
  readonly saga?: { readonly name: string; readonly before: string }
}

interface Database {
  readonly transaction: (run: (tx: WriteHandle) => Promise<void>) => Promise<void>
}

/** The transaction of a service whose tasks include the one that is added here. */
interface NoteTx extends WriteHandle {
  readonly enqueue: (task: 'note', payload: Json, options: { readonly key: string }) => Promise<void>
}

const addedStep = 'weigh_parcels'

/**
 * What comes after the release of today: one event type, one task and one saga version more. Whatever only it does is
 * noted in a table without any uniqueness, so that what happens twice stands there twice.
 */
export function nextRelease(today: DefinedService, { event, saga }: Additions): DefinedService {
  const { contract } = today
  const raised = saga === undefined ? undefined : contract.sagas[saga.name]
  const sagas =
    saga === undefined || raised === undefined ? {} : { [saga.name]: { ...raised, version: raised.version + 1 } }
  return {
    ...today,
    contract: {
      ...contract,
      consumes: { ...contract.consumes, noted: event },
      tasks: { ...contract.tasks, note: { payload: Type.Object({ about: Type.String() }) } },
      sagas: { ...contract.sagas, ...sagas },
    },
    async onStart(deps: { readonly database: Database }) {
      await deps.database.transaction(makeTable)
      await today.onStart?.(deps)
    },
    bind(deps) {
      const bound = today.bind(deps)
      return {
        ...bound,
        consumes: {
          ...bound.consumes,
          noted: { apply: ({ id }: { id: string }, tx: NoteTx) => note(tx, 'event', id) },
        },
        tasks: { ...bound.tasks, note: noteTask },
        sagas: { ...bound.sagas, ...(saga === undefined ? {} : raise(bound.sagas[saga.name], saga)) },
      }
    },
  }
}

async function makeTable({ sql }: WriteHandle): Promise<void> {
  await sql`
    create table if not exists release_notes (
      kind text not null, about text not null, noted_at timestamptz not null default clock_timestamp()
    )`
}

/** Notes it and leaves the rest to a task. */
async function note(tx: NoteTx, kind: 'event' | 'step', about: string): Promise<void> {
  await tx.sql`insert into release_notes (kind, about) values (${kind}, ${about})`
  await tx.enqueue('note', { about }, { key: about })
}

const noteTask: TaskHandler<any, string> = async ({ payload, commit }) => {
  const { about } = payload as { readonly about: string }
  await commit(async ({ sql }) => {
    await sql`insert into release_notes (kind, about) values ('task', ${about})`
  })
}

type Bound = SagaDefinition<any, string>

function raise(
  bound: Bound | readonly Bound[] | undefined,
  { name, before }: { readonly name: string; readonly before: string },
): Record<string, readonly Bound[]> {
  const versions = [bound ?? []].flat(2) as readonly Bound[]
  const newest = versions.at(-1)
  const at = newest?.steps.findIndex((step) => step.name === before) ?? -1
  if (newest === undefined || at < 0) throw new Error(`saga ${name} has no step ${before}`)
  const step = {
    kind: 'step',
    name: addedStep,
    action: async () => ({ grams: 500 }),
    then: (tx: NoteTx, _weight: unknown, { input }: { input: { orderId: string } }) => note(tx, 'step', input.orderId),
  }
  const steps = newest.steps.toSpliced(at, 0, step as never)
  return { [name]: [...versions, { ...newest, version: newest.version + 1, steps }] }
}
