import { analytics } from '@stoa/contracts/analytics/service'
import { auth } from '@stoa/contracts/auth/service'
import { billing } from '@stoa/contracts/billing/service'
import { config } from '@stoa/contracts/config/service'
import { datamart } from '@stoa/contracts/datamart/service'
import { etl } from '@stoa/contracts/etl/service'
import { inventory } from '@stoa/contracts/inventory/service'
import { monitoring } from '@stoa/contracts/monitoring/service'
import { notification } from '@stoa/contracts/notification/service'
import { order } from '@stoa/contracts/order/service'
import { payment } from '@stoa/contracts/payment/service'
import { permissionsByContract } from '@stoa/contracts/permissions'
import { pricing } from '@stoa/contracts/pricing/service'
import { registry } from '@stoa/contracts/registry/service'
import { reporting } from '@stoa/contracts/reporting/service'
import { sales } from '@stoa/contracts/sales/service'
import { search } from '@stoa/contracts/search/service'
import { shipping } from '@stoa/contracts/shipping/service'
import { streaming } from '@stoa/contracts/streaming/service'
import { roleNames } from '@stoa/contracts/shared/roles'
import { support } from '@stoa/contracts/support/service'
import { user } from '@stoa/contracts/user/service'
import { inference } from '@stoa/contracts/inference/service'
import { defineSystem, type HintPlace } from '@stoa/system/define-system'
import { ada, hintOfAccounts } from '@stoa/system/seed/accounts'
import { visaMethodId } from '@stoa/system/seed/payment-methods'
import { gateway, service } from '@stoa/system/topology'

/** The fonts of what is printed. */
const fonts = ['dejavu-fonts-ttf/ttf/DejaVuSans.ttf', 'dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf']

/** The shop: what npm start runs, and the demonstration of everything. */
export const system = defineSystem({
  name: 'shop',
  services: [
    // What keeps them together.
    service('control', registry),
    service('control', auth),
    service('control', config),
    service('control', monitoring),

    // Who buys, what there is, what it costs.
    service('services', user),
    service('services', inventory),
    service('services', pricing),

    // The order and those that carry it out.
    service('services', order, { AUTO_PICK: 'true', CARRIER_DAY_SECONDS: '10' }),
    { ...service('services', payment), webhookSecrets: ['SANDBOX_WEBHOOK_SECRET'] },
    {
      ...service('services', shipping, { CARRIER_DAY_SECONDS: '10' }),
      webhookSecrets: ['SANDBOX_CARRIER_SECRET'],
    },
    {
      ...service('services', billing),
      resetAlone: 'it would issue its invoices and credit notes a second time, with other numbers',
      assets: fonts,
    },
    service('services', notification),
    service('services', search),
    service('services', support),
    service('services', sales),

    // What has happened, as figures.
    service('services', streaming),
    service('services', analytics),
    { ...service('services', etl), lake: 'writes' },
    { ...service('services', datamart), lake: 'reads' },
    { ...service('services', reporting), assets: fonts },
    { ...service('services', inference), assets: ['@stoa/inference/model/words.bin'] },

    // The one door.
    gateway,
  ],
  roles: roleNames,
  permissions: Object.values(permissionsByContract),
  seed: async () => (await import('@stoa/system/seed/shop')).shop,
  hints: (place) => {
    const products = place.runs('inventory') ? `${place.address}/api/v1/products` : `${place.address}/docs`
    const accounts = place.runs('user') ? [hintOfAccounts] : []
    return [`API       ${products}`, ...accounts, ...(onTheWay.every(place.runs) ? howToOrder(place) : [])]
  },
})

/** The services that an order needs. */
const onTheWay = ['user', 'order', 'pricing', 'inventory', 'payment', 'shipping']

const firstOrder = {
  items: [{ sku: 'TEA-GREEN-100', quantity: 1 }],
  shippingAddress: { name: ada.name, line1: 'Lange Gasse 1', city: 'Wien', postalCode: '1080', country: 'AT' },
  paymentMethodId: visaMethodId,
}

function howToOrder({ address }: HintPlace): string[] {
  return [
    '',
    'Place an order:',
    `  curl -s ${address}/api/v1/orders -H 'content-type: application/json' -H 'prefer: wait=10' \\`,
    `    -H "idempotency-key: $(date +%s)" -H "authorization: Bearer $(npm run -s stoa -- token --user ${ada.email})" \\`,
    `    -d '${JSON.stringify(firstOrder)}'`,
  ]
}
