import type { System } from '../system.ts'
import type { Check } from './check.ts'

interface Report {
  readonly differences: readonly { readonly kind: string }[]
  readonly isCaughtUp: boolean
  readonly leftOut: {
    readonly services: readonly string[]
    readonly ordersUnderWay: number
    readonly ordersStuck: number
  }
}

type Asked = { readonly system: Pick<System, 'stoa'> }

/** What the product finds when it compares its own books: nothing, over every order and every service. */
export const reconciliation: Check<Asked> = {
  fact: 'the product’s own reconciliation finds 0 differences, and leaves nothing out',
  complaints: ({ system }) => differencesBut([], system),
}

/** The same where staff have paid and reserved for orders that never were. */
export const reconciliationOfOrders: Check<Asked> = {
  fact: 'the product’s own reconciliation finds no difference but payments and reservations of no order',
  complaints: ({ system }) => differencesBut(['payment.orphan', 'reservation.orphan'], system),
}

async function differencesBut(expected: readonly string[], { stoa }: Asked['system']): Promise<string[]> {
  // it exits 1 when there are any, and says which all the same
  const text = await stoa('reconcile', '--json').catch((error: { readonly stdout?: string }) => {
    if (error.stdout === undefined || error.stdout === '') throw error
    return error.stdout
  })
  const { differences, isCaughtUp, leftOut } = JSON.parse(text) as Report
  const isWhole = isCaughtUp && leftOut.services.length + leftOut.ordersUnderWay + leftOut.ordersStuck === 0
  const found = differences.filter(({ kind }) => !expected.includes(kind)).map((each) => JSON.stringify(each))
  return isWhole ? found : [...found, `it is not whole: caught up ${isCaughtUp}, left out ${JSON.stringify(leftOut)}`]
}
