import { readArguments } from '../arguments.ts'
import { askService } from '../operating.ts'
import { formatTable, note, say, sayJson, toned } from '../output.ts'

export const help = `Usage: stoa reconcile [--recent] [--json]

Compares all orders with payments, ledger, reservations, shipments and used coupons, and looks for what others keep for
orders that do not exist. Orders that are still worked on are left out, and so are services that are not deployed. Ends with
1 when something does not agree.
  --recent  only the orders of the last weeks, as it is done by itself every few minutes
  --json    {"differences": [...]} with what was compared and left out
`

interface Difference {
  readonly kind: string
  readonly orderId?: string
  readonly orderNumber?: string
  readonly subject?: string
  readonly expected: string
  readonly found: string
}

interface Report {
  readonly differences: readonly Difference[]
  readonly isTruncated: boolean
  readonly isCaughtUp: boolean
  readonly compared: Readonly<Record<string, number>>
  readonly leftOut: {
    readonly services: readonly string[]
    readonly ordersUnderWay: number
    readonly ordersStuck: number
  }
}

const timeoutMs = 600_000

export async function run(args: readonly string[]): Promise<number> {
  const { folder, values } = readArguments(args, { recent: { type: 'boolean' }, json: { type: 'boolean' } })
  const path = values.recent === true ? 'reconciliation?scope=recent' : 'reconciliation'
  const report = await askService<Report>(folder, 'order', path, { method: 'POST', timeoutMs })
  if (values.json === true) sayJson(report)
  else show(report)
  return report.differences.length === 0 ? 0 : 1
}

function show({ differences, isTruncated, isCaughtUp, compared, leftOut }: Report): void {
  const { orders, payments, reservations, shipments, quotes } = compared
  const counts = `${orders} orders, ${payments} payments, ${reservations} reservations, ${shipments} shipments, ${quotes} quotes`
  if (differences.length === 0) say(`${toned('green', 'The books agree')}: ${counts}`)
  else {
    say(toned('red', `The books do not agree: ${differences.length} differences over ${counts}`))
    const rows = differences.map((each) => [
      each.kind,
      each.orderNumber ?? each.orderId ?? each.subject ?? '',
      each.expected,
      each.found,
    ])
    for (const line of formatTable(['KIND', 'WHOSE', 'EXPECTED', 'FOUND'], rows)) say(line)
  }
  const { services, ordersUnderWay, ordersStuck } = leftOut
  if (isTruncated) note('There is more than is shown: mend this first, and reconcile again')
  if (services.length > 0) note(`Left out, as no instance is known: ${services.join(', ')}`)
  if (ordersUnderWay > 0) note(`Left out, as they are still worked on: ${ordersUnderWay} orders`)
  if (ordersStuck > 0)
    note(`Left out, as they wait for an operator: ${ordersStuck} orders; "npm run stoa -- saga ls --state stuck"`)
  if (!isCaughtUp)
    note('Some consumers had not caught up after ten seconds: what they were to change may be shown here')
}
