import { defineConfig, serviceSettings } from '@stoa/config'
import { describeService, get, type Consumer, type Handler } from '@stoa/contract'
import { defineService } from '@stoa/service'
import { Type } from 'typebox'
import { expenseApproved } from './expense.ts'

const Total = Type.Object({ expenses: Type.Integer(), amount: Type.Integer({ description: 'cents' }) })

const described = describeService({
  name: 'ledger',
  port: 9008,
  owner: 'finance',
  slo: { availability: 0.99, p99Ms: 100, errorRate: 0.01 },
  errors: {},
  operations: {
    getTotal: get('/api/v1/ledger/total', {
      summary: 'Read the total of the approved expenses',
      permission: 'public',
      owner: 'none',
      answers: { 200: Total },
    }),
  },
  consumes: { expenseApproved },
  personalData: 'none',
})

type Described = typeof described

interface LedgerService extends Described {}

const ledger: LedgerService = described

const enterExpense: Consumer<LedgerService, 'expenseApproved'> = {
  apply: async ({ data: { id, amount } }, tx) => {
    await tx.sql`insert into entries (expense_id, amount) values (${id}, ${amount})`
  },
}

const getTotal: Handler<LedgerService, 'getTotal'> = async ({ db }) => {
  const [total] = await db.sql<{ expenses: number; amount: number }>`
    select count(*)::int as expenses, coalesce(sum(amount), 0)::int as amount from entries`
  return { status: 200, body: total ?? { expenses: 0, amount: 0 } }
}

/** Adds up approved expenses. */
export const ledgerService = defineService(ledger, {
  config: defineConfig('ledger', serviceSettings('ledger', ledger.port)),
  migrations: new URL('./migrations/ledger/', import.meta.url),
  deps: () => ({}),
  bind: () => ({
    operations: { getTotal },
    rpc: {},
    consumes: { expenseApproved: enterExpense },
    sagas: {},
    tasks: {},
    personalData: 'none',
  }),
})
