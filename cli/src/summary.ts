import { ada, admin, demonstrationPassword, staff } from '@stoa/system/seed/accounts'
import { visaMethodId } from '@stoa/system/seed/payment-methods'
import type { ProcessRow } from '@stoa/supervisor/control'
import { formatTable } from './output.ts'

/** Returns the lines printed when the system is ready: addresses, demonstration accounts, and how to place an order. */
export function summaryOf(
  rows: readonly ProcessRow[],
  ports: ReadonlyMap<string, number>,
  { isDemonstration }: { readonly isDemonstration: boolean },
): string[] {
  const address = `http://127.0.0.1:${ports.get('gateway') ?? 0}`
  const table = formatTable(
    ['SERVICE', 'STATE', 'ADDRESS'],
    rows.map(({ service, state, port }) => [
      service,
      state,
      `${service === 'postgres' ? '' : 'http://'}127.0.0.1:${port}`,
    ]),
  )
  if (!rows.some(({ service }) => service === 'gateway')) return ['', ...table, '']
  const runs = (name: string) => rows.some(({ service }) => service === name)
  const api = ['', ...table, '', `API       ${address}${runs('inventory') ? '/api/v1/products' : '/docs'}`]
  if (!isDemonstration || !runs('user')) return [...api, '']
  const accounts = `Accounts  ${[ada, staff, admin].map(({ email }) => email).join(', ')}; password ${demonstrationPassword}`
  if (!onTheWay.every(runs)) return [...api, accounts, '']
  return [
    ...api,
    accounts,
    '',
    'Place an order:',
    `  curl -s ${address}/api/v1/orders -H 'content-type: application/json' -H 'prefer: wait=10' \\`,
    `    -H "idempotency-key: $(date +%s)" -H "authorization: Bearer $(npm run -s stoa -- token --user ${ada.email})" \\`,
    `    -d '${JSON.stringify(order)}'`,
    '',
  ]
}

/** The services that an order needs. */
const onTheWay = ['user', 'order', 'pricing', 'inventory', 'payment', 'shipping']

const order = {
  items: [{ sku: 'TEA-GREEN-100', quantity: 1 }],
  shippingAddress: { name: ada.name, line1: 'Lange Gasse 1', city: 'Wien', postalCode: '1080', country: 'AT' },
  paymentMethodId: visaMethodId,
}
