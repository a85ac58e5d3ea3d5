import { createRequire } from 'node:module'
import { join } from 'node:path'
import { serve } from './serve.ts'

// The same aggregate as in eventstore-of-stoa.ts, with Emmett.

const [url = '', poolSize = '', aggregates = '', folder = ''] = process.argv.slice(2)

interface Added {
  readonly type: 'added'
  readonly data: { readonly amount: number; readonly note: string }
}

interface Sum {
  readonly sum: number
}

interface EventStore {
  readonly schema: { readonly migrate: () => Promise<unknown> }
  appendToStream(stream: string, events: readonly Added[], options?: object): Promise<unknown>
  aggregateStream(
    stream: string,
    options: { readonly evolve: (sum: Sum, event: Added) => Sum; readonly initialState: () => Sum },
  ): Promise<{ readonly state: Sum }>
  close(): Promise<void>
}

/** What this uses of Emmett, which is installed beside the repository. */
interface Emmett {
  getPostgreSQLEventStore(url: string, options: object): EventStore
  CommandHandler(
    options: object,
  ): (store: EventStore, id: string, decide: () => Added, options?: object) => Promise<unknown>
}

const load = createRequire(join(folder, 'package.json'))
const { getPostgreSQLEventStore } = load('@event-driven-io/emmett-postgresql') as Emmett
const { CommandHandler: makeHandler } = load('@event-driven-io/emmett') as Emmett
const { Pool } = load('pg') as { readonly Pool: new (options: object) => { end(): Promise<void> } }

const pool = new Pool({ connectionString: url, max: Number(poolSize) })
const store = getPostgreSQLEventStore(url, { connectionOptions: { pool, pooled: true } })
await store.schema.migrate()

const evolve = ({ sum }: Sum, { data }: Added): Sum => ({ sum: sum + data.amount })
const initialState = (): Sum => ({ sum: 0 })
const added: Added = { type: 'added', data: { amount: 1, note: 'at the till' } }
// A command without an expected version is repeated after a conflict until it succeeds, as ours waits.
const retry = { onVersionConflict: { retries: 1_000, minTimeout: 1, factor: 1 } }
const handle = makeHandler({ evolve, initialState, retry })
const longStream = 'long'
const longEvents = 10_000

const someAggregate = () => `aggregate ${Math.floor(Math.random() * Number(aggregates))}`

async function prepare(): Promise<void> {
  for (let from = 0; from < longEvents; from += 500)
    await store.appendToStream(
      longStream,
      Array.from({ length: 500 }, () => added),
    )
}

const kinds: Readonly<Record<string, () => Promise<unknown>>> = {
  append: () => store.appendToStream(crypto.randomUUID(), [added], { expectedStreamVersion: 'STREAM_DOES_NOT_EXIST' }),
  command: () => handle(store, someAggregate(), () => added),
  prepare,
  load: () => store.aggregateStream(longStream, { evolve, initialState }),
}

serve(
  async (kind) => {
    const run = kinds[kind]
    if (run === undefined) throw new Error(`there is no work ${kind}`)
    await run()
  },
  async () => {
    await store.close()
    await pool.end()
  },
)
