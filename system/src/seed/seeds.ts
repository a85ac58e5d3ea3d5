import { paymentService } from '@stoa/payment'
import { seed as seedMethods } from '@stoa/payment/seed'
import { seed as seedAccounts, userService } from '@stoa/user'
import { ada, admin, demonstrationPassword, staff } from './accounts.ts'
import { sandboxMethods } from './payment-methods.ts'
import type { Seed } from './run-seed.ts'

/** What each service is given, by its name; the names stand in `seeded-services.ts` for who must not load the services. */
export const seeds: Readonly<Record<string, Seed>> = {
  user: {
    service: userService,
    run: (tx, tools) => seedAccounts(tx, tools, [ada, staff, admin], demonstrationPassword),
  },
  payment: {
    service: paymentService,
    run: (tx, { clock }) =>
      seedMethods(tx, sandboxMethods.map((method) => ({ ...method, customerId: ada.id })), clock.now()),
  },
}
