import type { System } from '../system.ts'
import type { Check } from './check.ts'

interface Report {
  readonly differences: readonly unknown[]
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
  complaints: ({ system }) => differencesOf(system),
}

async function differencesOf({ stoa }: Asked['system']): Promise<string[]> {
  // it exits 1 when there are any, and says which all the same
  const text = await stoa('reconcile', '--json').catch((error: { readonly stdout?: string }) => {
    if (error.stdout === undefined || error.stdout === '') throw error
    return error.stdout
  })
  const { differences, isCaughtUp, leftOut } = JSON.parse(text) as Report
  const isWhole = isCaughtUp && leftOut.services.length + leftOut.ordersUnderWay + leftOut.ordersStuck === 0
  const found = differences.map((each) => JSON.stringify(each))
  return isWhole ? found : [...found, `it is not whole: caught up ${isCaughtUp}, left out ${JSON.stringify(leftOut)}`]
}
