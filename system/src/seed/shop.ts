import type { SeededConfig } from '@stoa/config-service/seed'
import type { SeededCatalogue } from '@stoa/inventory/seed'
import type { SeededMethods } from '@stoa/payment/seed'
import type { SeededPrices } from '@stoa/pricing/seed'
import type { SeededSupport } from '@stoa/support/seed'
import type { SeededAccounts } from '@stoa/user/seed'
import { ada, demonstrationAccounts } from './accounts.ts'
import { catalogue } from './catalogue.ts'
import { applications, flags } from './flags.ts'
import { sandboxMethods } from './payment-methods.ts'
import { articles, macros, tickets } from './support.ts'

/** The data of the demonstration shop; the seed of each service takes its part. */
export type DemonstrationShop = SeededAccounts &
  SeededCatalogue &
  SeededPrices &
  SeededMethods &
  SeededSupport &
  SeededConfig

/** The demonstration shop. */
export const shop: DemonstrationShop = {
  ...demonstrationAccounts,
  ...catalogue,
  prices: catalogue.products.flatMap(({ prices }) => prices),
  paymentMethods: sandboxMethods.map((method) => ({ ...method, customerId: ada.id })),
  tickets,
  macros,
  articles,
  flags,
  applications,
}
