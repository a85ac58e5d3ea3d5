import { paymentService } from '@stoa/payment'
import { seed as seedMethods } from '@stoa/payment/seed'
import { ada } from './accounts.ts'
import { sandboxMethods } from './payment-methods.ts'
import type { Seed } from './run-seed.ts'

/** What each service is given, by its name; the names stand in `seeded-services.ts` for who must not load the services. */
export const seeds: Readonly<Record<string, Seed>> = {
  payment: {
    service: paymentService,
    run: (tx, { clock }) =>
      seedMethods(tx, sandboxMethods.map((method) => ({ ...method, customerId: ada.id })), clock.now()),
  },
}
