import type { WriteHandle } from '@stoa/contract'
import type { PaymentMethodId, UserId } from '@stoa/contracts/ids'
import { keepMethod } from './store/payment-methods.ts'

/** A payment method of a demonstration account. */
export interface SeededMethod {
  readonly id: string
  readonly customerId: string
  readonly provider: string
  readonly token: string
  readonly label: string
}

/** Stores these methods; existing ones are kept. */
export async function seed(tx: WriteHandle, methods: readonly SeededMethod[], at: Temporal.Instant): Promise<void> {
  for (const { id, customerId, ...rest } of methods) {
    const ids = { id: id as PaymentMethodId, customerId: customerId as UserId }
    await keepMethod(tx, { ...rest, ...ids, country: undefined, fingerprint: undefined, isLabelGiven: true }, at)
  }
}
