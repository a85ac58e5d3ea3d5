import { readReaching } from '../arguments.ts'
import { reconciliationEndpoints } from '@stoa/contracts/order/operating'
import type { ReconciliationReport } from '@stoa/contracts/order/reconciliation'
import { askService } from '../operating.ts'
import { formatTable, note, say, sayJson, toned } from '../output.ts'

export const help = `Usage: stoa reconcile [--recent] [--json]

Compares all orders with payments, ledger, reservations, shipments and used coupons, and finds records of other services for
orders that do not exist. Skips orders in progress and services that are not deployed. Exits with 1 if there is a difference.
  --recent  only recent orders, as in the automatic reconciliation every few minutes
  --json    print {"differences": [...]} with the numbers of compared and skipped records
`

const timeoutMs = 600_000

export async function run(args: readonly string[]): Promise<number> {
  const { system, values } = readReaching(args, { recent: { type: 'boolean' }, json: { type: 'boolean' } })
  const query = { scope: values.recent === true ? 'recent' : 'all' } as const
  const report = await askService(system, 'order', reconciliationEndpoints.reconcile, { query, timeoutMs })
  if (values.json === true) sayJson(report)
  else show(report)
  return report.differences.length === 0 ? 0 : 1
}

function show({ differences, isTruncated, isCaughtUp, compared, leftOut }: ReconciliationReport): void {
  const { orders, payments, reservations, shipments, quotes, carts } = compared
  const counts = Object.entries({ orders, payments, reservations, shipments, quotes, carts })
    .map(([plural, count = 0]) => counted(count, plural))
    .join(', ')
  if (differences.length === 0) say(`${toned('green', 'The records agree')}: ${counts}`)
  else {
    say(toned('red', `The records do not agree: ${counted(differences.length, 'differences')} in ${counts}`))
    const rows = differences.map((each) => [
      each.kind,
      each.orderNumber ?? each.orderId ?? each.subject ?? '',
      each.expected,
      each.found,
    ])
    for (const line of formatTable(['KIND', 'WHOSE', 'EXPECTED', 'FOUND'], rows)) say(line)
  }
  const { services, ordersUnderWay, ordersStuck } = leftOut
  if (isTruncated) note('There are more differences than shown: fix these first, then reconcile again')
  if (services.length > 0) note(`Skipped because no instance is known: ${services.join(', ')}`)
  if (ordersUnderWay > 0) note(`Skipped because they are in progress: ${ordersUnderWay} orders`)
  if (ordersStuck > 0)
    note(`Skipped because they wait for an operator: ${ordersStuck} orders; "npm run stoa -- saga ls --state stuck"`)
  if (!isCaughtUp)
    note('Some consumers had not caught up after ten seconds: changes still in progress may appear as differences')
}

/** Returns `1 order`, `2 orders`: all these words take an s. */
function counted(count: number, plural: string): string {
  return `${count} ${count === 1 ? plural.slice(0, -1) : plural}`
}
