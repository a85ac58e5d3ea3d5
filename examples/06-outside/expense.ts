import { defineConfig, serviceSettings } from '@stoa/config'
import { describeService, errors, event, get, idSchema, post, type Handler } from '@stoa/contract'
import { newId } from '@stoa/kernel'
import { saga } from '@stoa/saga'
import { defineService } from '@stoa/service'
import { Type, type Static } from 'typebox'

const ExpenseId = idSchema('expense')
const Amount = Type.Integer({ minimum: 1, description: 'cents' })
const Decision = Type.Object({ decision: Type.Enum(['approve', 'decline']) }, { additionalProperties: false })
const Expense = Type.Object({
  id: ExpenseId,
  amount: Amount,
  status: Type.Enum(['submitted', 'approved', 'declined']),
  number: Type.Union([Type.Integer(), Type.Null()]),
})
type Expense = Static<typeof Expense>

/** An expense was approved. */
export const expenseApproved = event('expense.approved', '1.0.0', Type.Object({ id: ExpenseId, amount: Amount }))

const described = describeService({
  name: 'expense',
  port: 9007,
  owner: 'finance',
  slo: { availability: 0.99, p99Ms: 100, errorRate: 0.01 },
  errors: errors({
    'expense.not_found': { kind: 'not_found', title: 'No such expense', fix: 'Check the id.' },
    'expense.declined': { kind: 'conflict', title: 'The expense was declined', fix: 'Submit another one.' },
  }),
  operations: {
    submitExpense: post('/api/v1/expenses', {
      summary: 'Submit an expense',
      permission: 'expense:submit',
      owner: 'none',
      body: Type.Object({ amount: Amount }, { additionalProperties: false }),
      answers: { 201: Expense },
      answersWith: 'getExpense',
    }),
    decideExpense: post('/api/v1/expenses/{id}/decision', {
      params: { id: ExpenseId },
      summary: 'Approve or decline an expense; with Prefer: wait the response is the result',
      permission: 'expense:decide',
      owner: 'none',
      body: Decision,
      answers: { 202: Expense },
      answersWith: 'getExpense',
      settled: ({ status }) => status !== 'submitted',
      refuses: ['expense.not_found'],
    }),
    getExpense: get('/api/v1/expenses/{id}', {
      params: { id: ExpenseId },
      summary: 'Read an expense',
      permission: 'expense:submit',
      owner: 'none',
      answers: { 200: Expense },
      refuses: ['expense.not_found'],
    }),
  },
  publishes: { expenseApproved },
  sagas: {
    'approve-expense': {
      version: 1,
      input: Type.Object({ expenseId: ExpenseId, amount: Amount }),
      signals: { decision: Decision },
    },
  },
  personalData: 'none',
})

type Described = typeof described

interface ExpenseService extends Described {}

const expense: ExpenseService = described

/** Waits for a decision, a week at most. The event goes out in the transaction that approves the expense. */
const approveExpense = saga(expense, 'approve-expense')
  .waitFor('decision', {
    timeoutMs: 7 * 24 * 3_600_000,
    then: async (_tx, { decision }, { fail }) => {
      if (decision === 'decline') fail('expense.declined')
    },
  })
  .pivot('approve', {
    action: async () => {},
    then: async (tx, _done, { input: { expenseId, amount } }) => {
      await tx.sql`
        update expenses set status = 'approved', number = nextval('expense_numbers') where id = ${expenseId}`
      await tx.publish(expenseApproved, expenseId, { id: expenseId, amount })
    },
  })
  .whenCompensated(async (tx, { input: { expenseId } }) => {
    await tx.sql`update expenses set status = 'declined' where id = ${expenseId}`
  })

const submitExpense: Handler<ExpenseService, 'submitExpense'> = async ({ body: { amount }, commit }) =>
  commit(async (tx) => {
    const expenseId = newId() as Expense['id']
    await tx.sql`insert into expenses (id, amount, status) values (${expenseId}, ${amount}, 'submitted')`
    await tx.start('approve-expense', expenseId, { expenseId, amount })
    return { status: 201, id: expenseId }
  })

const decideExpense: Handler<ExpenseService, 'decideExpense'> = async ({ params: { id }, body, commit, refuse }) =>
  commit(async (tx) => {
    const [found] = await tx.sql`select from expenses where id = ${id}`
    if (found === undefined) return refuse('expense.not_found', `The expense ${id} does not exist.`)
    await tx.signal('approve-expense', id, 'decision', body)
    return { status: 202, id }
  })

const getExpense: Handler<ExpenseService, 'getExpense'> = async ({ params: { id }, db, refuse }) => {
  const [found] = await db.sql<Expense>`
    select id, amount::int, status, number::int from expenses where id = ${id}`
  return found === undefined
    ? refuse('expense.not_found', `The expense ${id} does not exist.`)
    : { status: 200, body: found }
}

/** Expenses, each approved or declined by a person. */
export const expenseService = defineService(expense, {
  config: defineConfig('expense', serviceSettings('expense', expense.port)),
  migrations: new URL('./migrations/expense/', import.meta.url),
  deps: () => ({}),
  bind: () => ({
    operations: { submitExpense, decideExpense, getExpense },
    rpc: {},
    consumes: {},
    sagas: { 'approve-expense': approveExpense },
    tasks: {},
    personalData: 'none',
  }),
})
