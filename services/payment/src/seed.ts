import type { WriteHandle } from '@stoa/contract'
import type { PaymentMethodId, UserId } from '@stoa/contracts/shared/ids'
import type { PaymentService } from '@stoa/contracts/payment/service'
import { defineSeed } from '@stoa/service'
import { paymentService } from './service.ts'
import { keepMethod } from './store/payment-methods.ts'

/** A payment method of a demonstration account. */
interface SeededMethod {
  readonly id: string
  readonly customerId: string
  readonly provider: string
  readonly token: string
  readonly label: string
}

/** The payment methods. */
export interface SeededMethods {
  readonly paymentMethods: readonly SeededMethod[]
}

/** The demonstration payment methods; existing methods are kept. */
export const seed = defineSeed<PaymentService, SeededMethods>(paymentService, (tx, { clock }, { paymentMethods }) =>
  storeMethods(tx, paymentMethods, clock.now()),
)

async function storeMethods(tx: WriteHandle, methods: readonly SeededMethod[], at: Temporal.Instant): Promise<void> {
  for (const { id, customerId, ...rest } of methods) {
    const ids = { id: id as PaymentMethodId, customerId: customerId as UserId }
    await keepMethod(
      tx,
      { ...rest, ...ids, kind: 'card', country: undefined, fingerprint: undefined, isLabelGiven: true },
      at,
    )
  }
}
