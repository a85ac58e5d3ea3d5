import { randomUUID } from 'node:crypto'
import type { Database } from '@stoa/postgres'
import {
  makeAggregateStore,
  runProjection,
  type Decider,
  type Outcome,
  type Projection,
  type Refusal,
} from '../src/index.ts'

export type Added = { readonly type: 'added'; readonly data: { readonly amount: number; readonly unit: string } }

interface Add {
  readonly amount: number
}

export interface Sum {
  readonly sum: number
}

/** A number that grows to at most 1,000. */
export const decider: Decider<Sum, Add, Added> = {
  initial: { sum: 0 },
  decide: ({ amount }, { sum }) => {
    if (sum + amount > 1_000) return { kind: 'refused', code: 'counter.full', detail: 'The counter is full.' }
    return amount === 0 ? [] : [{ type: 'added', data: { amount, unit: 'cent' } }]
  },
  evolve: ({ sum }, { data }) => ({ sum: sum + data.amount }),
}

/** The first version of the event had euros, and no unit. */
export const types = {
  added: { version: 2, upcasts: { 1: (old: { euros: number }) => ({ amount: old.euros * 100, unit: 'cent' }) } },
} as const

export const counters = makeAggregateStore<Sum, Add, Added, Refusal>({ category: 'counter', decider, types })
/** The counters of a release whose state has this version. */
export const snapshotsOf = (version: number) =>
  makeAggregateStore<Sum, Add, Added, Refusal>({
    category: 'counter',
    decider,
    types,
    snapshots: { every: 5, version },
  })
export const withSnapshots = snapshotsOf(1)

export const at = Temporal.Instant.from('2026-11-29T10:00:00Z')

/** Adds to a counter, in a transaction of its own. */
export function add(
  database: Database,
  id: string,
  amount: number,
  more: { readonly commandId?: string; readonly expectedVersion?: number; readonly store?: typeof counters } = {},
): Promise<Outcome<Sum, Added, Refusal>> {
  const { store = counters, commandId = randomUUID(), ...rest } = more
  return database.transaction((tx) => store.execute(tx, { id, command: { amount }, commandId, at, ...rest }))
}

/** The sums of all counters, as a read model. */
export const sums: Projection<Added> = {
  name: 'sums',
  version: 1,
  source: { category: 'counter', types },
  tables: ['sums'],
  async apply(events, tx, generation) {
    for (const { streamId, data } of events) {
      await tx.sql`
        insert into sums as s (generation, id, sum, events) values (${generation}, ${streamId}, ${data.amount}, 1)
        on conflict (generation, id) do update set sum = s.sum + excluded.sum, events = s.events + 1`
    }
  },
}

export const sumsMigrations = {
  name: 'sums',
  migrations: [
    {
      name: '0001-sums',
      sql: `create table sums (
        generation integer not null, id text not null, sum bigint not null, events integer not null, primary key (generation, id))`,
    },
  ],
}

/** Runs a projection until it has nothing left to do, or has stopped. */
export async function runAll(database: Database, projection: Projection<Added> = sums): Promise<void> {
  for (;;) {
    const { againInMs } = await database.transaction((tx) => runProjection(tx, projection))
    if (againInMs !== 0) return
  }
}
