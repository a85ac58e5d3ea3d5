import { readFileSync } from 'node:fs'
import { Type } from 'typebox'
import { expect, expectTypeOf, test } from 'vitest'
import { describeService, errors, event, get, type Service } from '../src/index.ts'
import {
  facets,
  many,
  type App,
  type ComingService,
  type ComingWords,
  type ProjectionHandlers,
  type SearchQuery,
  type Thread,
  type ThreadHandler,
} from './coming-words.ts'

const productCreated = event('product.created', '1.0.0', Type.Object({ sku: Type.String() }))

const search = describeService({
  name: 'search',
  port: 8090,
  owner: 'tests',
  slo: { availability: 0.9, p99Ms: 100, errorRate: 0.1 },
  errors: errors({}),
  operations: {
    searchProducts: get('/api/v1/search', {
      summary: 'Search products',
      permission: 'public',
      owner: 'none',
      query: Type.Object({ q: Type.String(), sku: Type.Optional(many(Type.String(), 100)), filter: facets(['brand']) }),
      answers: { 200: Type.Object({ items: Type.Array(Type.String()) }) },
    }),
  },
  personalData: 'none',
})

const numbers = () => Type.Array(Type.Number())

const words = {
  projections: { products: { version: 1, from: { productCreated } } },
  consumesEverything: { mostPerBatch: 10_000, gatherMs: 1_000 },
  calendar: { closeMonth: { payload: Type.Object({}), at: { cron: '0 3 1 * *', timeZone: 'Europe/Berlin' } } },
  caches: { results: { value: Type.String(), maxAgeSeconds: 60, droppedBy: { productCreated } } },
  threads: { rank: { input: numbers(), output: Type.Number(), timeoutMs: 1_000 } },
  doors: { mostInProgress: 200, perCaller: { count: 10, perSeconds: 1 } },
  scaling: { web: { least: 2, most: 8, by: 'requests' }, worker: { least: 1, most: 4, by: 'lag' } },
  folder: { purpose: 'DuckDB', canBeLost: true },
} as const satisfies ComingService<Omit<ComingWords, 'database'>>

/** The part of today's list (platform/service/src/parts.ts) beside which the part of a word starts; `none` if it needs no part. */
const placeOf: { readonly [Word in keyof ComingWords | 'app']: Place } = {
  folder: 'database',
  database: 'database',
  caches: 'change feed',
  threads: 'calls',
  projections: 'consumers',
  consumesEverything: 'consumers',
  calendar: 'tasks',
  doors: 'requests',
  scaling: 'none',
  app: 'none',
}
type Place = 'database' | 'change feed' | 'calls' | 'consumers' | 'tasks' | 'requests' | 'none'

test('the record of the decision names every coming word and its place', () => {
  const record = readFileSync(new URL('../../../docs/adr/0030-coming-words.md', import.meta.url), 'utf8')
  for (const [word, place] of Object.entries(placeOf)) {
    expect(record).toMatch(new RegExp(String.raw`\| [^|]*\`${word}\`[^|]* \|[^|]*\| ${place} \|`))
  }
})

test('handlers of coming words have the types of their declarations', () => {
  type Handlers = ProjectionHandlers<(typeof words)['projections']['products']>
  expectTypeOf<Parameters<Handlers['productCreated']>[0]['data']>().toEqualTypeOf<{ sku: string }>()
  type Rank = ThreadHandler<Thread<ReturnType<typeof numbers>, ReturnType<typeof Type.Number>>>
  expectTypeOf<Rank>().toEqualTypeOf<(input: number[]) => number>()
  type Query = SearchQuery<(typeof search)['operations']['searchProducts']['query']>
  expectTypeOf<Query['sku']>().toEqualTypeOf<string[] | undefined>()
  expectTypeOf<Query['filter']['brand']>().toEqualTypeOf<string[] | undefined>()
})

test('what a word excludes does not fit its type', () => {
  expectTypeOf<{ database: 'none'; folder: ComingWords['folder'] }>().toExtend<ComingService<{ database: 'none' }>>()
  expectTypeOf<{ database: 'none'; tasks: object }>().not.toExtend<ComingService<{ database: 'none' }>>()
  expectTypeOf<'openSession'>().not.toExtend<App<{ search: typeof search }>['uses']['search'][number]>()
  expectTypeOf<'searchProducts'>().toExtend<App<{ search: typeof search }>['uses']['search'][number]>()
  expectTypeOf(search).toExtend<Service>()
})
