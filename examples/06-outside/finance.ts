import { setTimeout as delay } from 'node:timers/promises'
import { asCaller, openPlace } from '@stoa/local'
import { expenseService } from './expense.ts'
import { ledgerService } from './ledger.ts'

const access = {
  roles: { employee: ['expense:submit'], manager: ['expense:submit', 'expense:decide'], service: [] },
  scopes: { stoa: 'all' },
} as const

const employee = { subject: 'ada', roles: ['employee'] }
const manager = { subject: 'grace', roles: ['manager'] }

interface Expense {
  readonly id: string
  readonly status: string
  readonly number: number | null
}

/** Submits two expenses, of which one is approved, and prints what becomes of them. */
export async function runFinance(databaseUrl: string): Promise<void> {
  const place = await openPlace({ databaseUrl, access })
  try {
    const { url } = await place.start(expenseService)
    const ledger = await place.start(ledgerService)
    const first = await send<Expense>(employee, `${url}/api/v1/expenses`, { amount: 1_250 })
    const second = await send<Expense>(employee, `${url}/api/v1/expenses`, { amount: 99_900 })
    const own = await send<{ code: string }>(employee, `${url}/api/v1/expenses/${first.id}/decision`, {
      decision: 'approve',
    })
    console.log(`decided by the employee: ${own.code}`)
    for (const [which, { id }, decision] of [
      ['first', first, 'approve'],
      ['second', second, 'decline'],
    ] as const) {
      const { status, number } = await send<Expense>(manager, `${url}/api/v1/expenses/${id}/decision`, { decision })
      console.log(`${which} expense: ${status}${number === null ? '' : `, number ${number}`}`)
    }
    let total = await read<{ expenses: number; amount: number }>(`${ledger.url}/api/v1/ledger/total`)
    for (; total.expenses < 1; total = await read(`${ledger.url}/api/v1/ledger/total`)) await delay(20)
    console.log(`in the ledger: ${total.expenses} of ${total.amount}`)
  } finally {
    await place.close()
  }
}

async function send<Body>(caller: Parameters<typeof asCaller>[0], url: string, body: object): Promise<Body> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: asCaller(caller), 'content-type': 'application/json', prefer: 'wait=10' },
    body: JSON.stringify(body),
  })
  return (await response.json()) as Body
}

async function read<Body>(url: string): Promise<Body> {
  return (await (await fetch(url)).json()) as Body
}
