import type { InventoryService } from '@stoa/contracts/inventory/service'
import type { PaymentService } from '@stoa/contracts/payment/service'
import type { PricingService } from '@stoa/contracts/pricing/service'
import type { UserService } from '@stoa/contracts/user/service'
import { inventoryService } from '@stoa/inventory'
import { seedCatalogue } from '@stoa/inventory/seed'
import { paymentService } from '@stoa/payment'
import { seed as seedMethods } from '@stoa/payment/seed'
import { pricingService } from '@stoa/pricing'
import { seedPrices } from '@stoa/pricing/seed'
import { seed as seedAccounts, userService } from '@stoa/user'
import { ada, admin, demonstrationPassword, staff } from './accounts.ts'
import { catalogue } from './catalogue.ts'
import { sandboxMethods } from './payment-methods.ts'
import { seedOf, type Seed } from './run-seed.ts'

/** What each service is given, by its name; the names stand in `seeded-services.ts` for who must not load the services. */
export const seeds: Readonly<Record<string, Seed>> = {
  user: seedOf<UserService>(userService, (tx, tools) =>
    seedAccounts(tx, tools, [ada, staff, admin], demonstrationPassword),
  ),
  inventory: seedOf<InventoryService>(inventoryService, (tx, tools) => {
    // What it costs is pricing's to say.
    const products = catalogue.products.map(({ prices: _, ...product }) => product)
    return seedCatalogue(tx, tools, { ...catalogue, products })
  }),
  pricing: seedOf<PricingService>(pricingService, (tx, tools) =>
    seedPrices(
      tx,
      catalogue.products.flatMap(({ prices }) => prices),
      tools,
    ),
  ),
  payment: seedOf<PaymentService>(paymentService, (tx, { clock }) =>
    seedMethods(
      tx,
      sandboxMethods.map((method) => ({ ...method, customerId: ada.id })),
      clock.now(),
    ),
  ),
}
