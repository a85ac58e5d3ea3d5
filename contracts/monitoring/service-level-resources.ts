import { InstantSchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'

/** How fast a budget is spent: at 1 it lasts exactly 30 days. */
const BurnRate = Type.Object({
  minutes: Type.Integer({ description: 'the period before now over which it is measured' }),
  rate: Type.Optional(Type.Number({ description: 'missing if nothing was measured in the period' })),
})

const budgetFields = {
  allowed: Type.Number({ description: 'the share that may go wrong, from 0 to 1' }),
  since: Type.Optional(
    Type.String({ ...InstantSchema, description: 'the first counted hour; missing if nothing was counted in 30 days' }),
  ),
  counted: Type.Integer({ description: 'requests, or scrapes, that were counted since then' }),
  wrong: Type.Integer({ description: 'of these, those that failed' }),
  left: Type.Optional(
    Type.Number({
      description:
        'share of the budget that is left: 1 all of it, below 0 more was spent; missing if nothing was counted',
    }),
  ),
  burnRates: Type.Array(BurnRate, { description: 'the shortest period first' }),
}

/** What may go wrong within 30 days according to the service level of a service, and how much of it did. */
const ErrorBudget = Type.Object(budgetFields)
export type ErrorBudget = Readonly<Static<typeof ErrorBudget>>

/** How well a service keeps the service level of its contract. */
export const ServiceLevel = Type.Object({
  service: Type.String(),
  errors: Type.Object(budgetFields, { description: 'requests that failed with 5xx' }),
  availability: Type.Object(budgetFields, { description: 'scrapes to which an instance did not respond' }),
  latency: Type.Object({
    allowedP99Ms: Type.Number(),
    p99Ms: Type.Optional(
      Type.Number({
        description: 'the 99th percentile of the requests of the last 5 minutes; missing without requests',
      }),
    ),
  }),
})
export type ServiceLevel = Readonly<Static<typeof ServiceLevel>>
