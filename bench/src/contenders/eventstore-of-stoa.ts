import {
  appendEvents,
  makeAggregateStore,
  runProjection,
  type Decider,
  type Projection,
  type Refusal,
} from '@stoa/eventsourcing'
import { openDatabase } from '@stoa/postgres'
import { serve } from './serve.ts'

// The same aggregate is in eventstore-of-emmett.ts.

const [url = '', writeConnections = '', aggregates = ''] = process.argv.slice(2)

type Added = { readonly type: 'added'; readonly data: { readonly amount: number; readonly note: string } }

interface Sum {
  readonly sum: number
}

const decider: Decider<Sum, { readonly amount: number }, Added> = {
  initial: { sum: 0 },
  decide: ({ amount }) => [{ type: 'added', data: { amount, note: 'at the till' } }],
  evolve: ({ sum }, { data }) => ({ sum: sum + data.amount }),
}
const options = { category: 'counter', decider, types: { added: {} } } as const
const counters = makeAggregateStore<Sum, { readonly amount: number }, Added, Refusal>(options)
const withSnapshots = makeAggregateStore<Sum, { readonly amount: number }, Added, Refusal>({
  ...options,
  snapshots: { every: 100, version: 1 },
})

const sums: Projection<Added> = {
  name: 'sums',
  version: 1,
  source: { category: 'counter', types: options.types },
  tables: ['sums'],
  async apply(events, tx, generation) {
    await tx.sql`
      insert into sums as s (generation, id, sum)
      select ${generation}::int, id, sum(amount) from unnest(
        ${events.map(({ streamId }) => streamId)}::text[], ${events.map(({ data }) => data.amount)}::bigint[]) as e (id, amount)
       group by id order by id
      on conflict (generation, id) do update set sum = s.sum + excluded.sum`
  },
}

const database = openDatabase({
  url,
  applicationName: 'bench-eventstore',
  statementTimeoutMs: 60_000,
  writeConnections: Number(writeConnections),
})

async function append(): Promise<void> {
  const stream = { category: 'counter', id: crypto.randomUUID() }
  const events = [{ type: 'added', typeVersion: 1, data: { amount: 1, note: 'at the till' } }]
  await database.transaction((tx) =>
    appendEvents(tx, {
      stream,
      expectedVersion: 0,
      events,
      commandId: stream.id,
      recordedBy: undefined,
      at: Temporal.Now.instant(),
    }),
  )
}

async function execute(id: string, store: typeof counters): Promise<void> {
  const request = { id, command: { amount: 1 }, commandId: crypto.randomUUID(), at: Temporal.Now.instant() }
  await database.transaction((tx) => store.execute(tx, request))
}

async function rebuild(): Promise<void> {
  for (;;) {
    const { againInMs, stop } = await database.transaction((tx) => runProjection(tx, sums))
    if (stop !== undefined) throw new Error(stop.error)
    if (againInMs !== 0) return
  }
}

const someAggregate = () => `aggregate ${Math.floor(Math.random() * Number(aggregates))}`

const kinds: Readonly<Record<string, () => Promise<unknown>>> = {
  append,
  command: () => execute(someAggregate(), counters),
  load: () => counters.load(database.read, 'long'),
  'load with snapshots': () => withSnapshots.load(database.read, 'long'),
  'command on a long stream': () => execute('long', withSnapshots),
  rebuild,
}

serve(
  async (kind) => {
    const run = kinds[kind]
    if (run === undefined) throw new Error(`there is no work ${kind}`)
    await run()
  },
  () => database.close(),
)
