import { defineConfig, serviceSettings } from '@stoa/config'
import { describeService, get, type Consumer, type Handler } from '@stoa/contract'
import { defineService } from '@stoa/service'
import { Type, type Static } from 'typebox'
import { saleMade } from './till.ts'

const Total = Type.Object({ product: Type.String(), sold: Type.Integer(), amount: Type.Integer() })

const tally = describeService({
  name: 'tally',
  port: 9006,
  owner: 'examples',
  slo: { availability: 0.99, p99Ms: 100, errorRate: 0.01 },
  errors: {},
  operations: {
    listTotals: get('/api/v1/totals', {
      summary: 'What was sold of each product',
      permission: 'public',
      owner: 'none',
      answers: { 200: Type.Object({ items: Type.Array(Total) }) },
    }),
  },
  consumes: { saleMade },
  personalData: 'none',
})

/** The row that says this event was handled is written in the same transaction: adding up twice cannot happen. */
const addUp: Consumer<typeof tally, 'saleMade'> = {
  apply: async ({ data: { product, amount } }, tx) => {
    await tx.sql`
      insert into totals (product, sold, amount) values (${product}, 1, ${amount})
      on conflict (product) do update set sold = totals.sold + 1, amount = totals.amount + excluded.amount`
  },
}

const listTotals: Handler<typeof tally, 'listTotals'> = async ({ db }) => ({
  status: 200,
  body: { items: await db.sql<Static<typeof Total>>`select product, sold, amount from totals order by product` },
})

/** Adds up what the till tells of. */
export const tallyService = defineService(tally, {
  config: defineConfig('tally', serviceSettings('tally', tally.port)),
  migrations: new URL('./migrations/tally/', import.meta.url),
  deps: () => ({}),
  bind: () => ({
    operations: { listTotals },
    rpc: {},
    consumes: { saleMade: addUp },
    sagas: {},
    tasks: {},
    personalData: 'none',
  }),
})
