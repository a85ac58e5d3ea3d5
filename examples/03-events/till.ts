import { defineConfig, serviceSettings } from '@stoa/config'
import { describeService, event, post, type Handler } from '@stoa/contract'
import { newId } from '@stoa/kernel'
import { defineService } from '@stoa/service'
import { Type } from 'typebox'

const Sale = Type.Object(
  { product: Type.String({ minLength: 1, maxLength: 64 }), amount: Type.Integer({ minimum: 1, description: 'cents' }) },
  { additionalProperties: false },
)

/** Something was sold. A fact, in the past tense; its fields are never changed, only added to. */
export const saleMade = event('sale.made', '1.0.0', Sale)

const till = describeService({
  name: 'till',
  port: 9005,
  owner: 'examples',
  slo: { availability: 0.99, p99Ms: 100, errorRate: 0.01 },
  errors: {},
  operations: {
    sell: post('/api/v1/till/sales', {
      summary: 'Sell something',
      permission: 'public',
      owner: 'none',
      body: Sale,
      answers: { 201: Type.Object({ id: Type.String({ format: 'uuid' }) }) },
    }),
  },
  publishes: { saleMade },
  personalData: 'none',
})

/** The event goes out with the COMMIT: there is none without its sale, and no sale without it. */
const sell: Handler<typeof till, 'sell'> = async ({ body, commit }) =>
  commit(async (tx) => {
    const id = newId()
    await tx.sql`insert into sales (id, product, amount) values (${id}, ${body.product}, ${body.amount})`
    await tx.publish(saleMade, body.product, body)
    return { status: 201, body: { id } }
  })

/** Sells, and tells of it. */
export const tillService = defineService(till, {
  config: defineConfig('till', serviceSettings('till', till.port)),
  migrations: new URL('./migrations/till/', import.meta.url),
  deps: () => ({}),
  bind: () => ({ operations: { sell }, rpc: {}, consumes: {}, sagas: {}, tasks: {}, personalData: 'none' }),
})
