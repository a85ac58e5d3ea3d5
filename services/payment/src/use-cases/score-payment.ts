import type { Calls, ReadHandle } from '@stoa/contract'
import type { PaymentService } from '@stoa/contracts/payment/service'
import { getProvider, type Deps } from '../deps.ts'
import { findPaymentOfOrder, readPaymentsSince } from '../store/payments.ts'
import { instrumentOf, type WantedPayment } from './begin-payment.ts'
import { findUsableMethod } from './usable-method.ts'

interface Sources {
  readonly db: ReadHandle
  readonly calls: Calls<Pick<PaymentService['calls'], 'inference'>>
}

/**
 * Returns the fraud score of a payment before its transaction begins, which must not wait for another service. Undefined if scores are
 * switched off, if the provider moves no money, and if inference does not respond in time.
 */
export async function scorePayment(
  deps: Deps,
  { db, calls }: Sources,
  { amount, country, customerId, orderId, paymentMethodId }: WantedPayment,
): Promise<number | undefined> {
  const { fraudScores, fraudLimits, clock } = deps
  const reviewAmount = fraudLimits.reviewAmounts.get(amount.currency)
  // without a limit of its currency a payment is reviewed anyway
  if (fraudScores === undefined || reviewAmount === undefined || amount.amount === 0) return undefined
  const method = await findUsableMethod(deps, db, { paymentMethodId, customerId })
  if (method === undefined || !getProvider(deps, method.resource.provider).checksVelocity) return undefined
  if ((await findPaymentOfOrder(db, orderId)) !== undefined) return undefined
  const instrument = instrumentOf(deps, method) ?? ''
  const paymentsLastHour = await readPaymentsSince(db, { customerId, instrument }, clock.now().subtract({ hours: 1 }))
  const countryMismatch = country !== undefined && method.country !== undefined && country !== method.country
  const facts = { amountRatio: amount.amount / reviewAmount, countryMismatch, paymentsLastHour }
  return fraudScores.find(facts, (asked, signal) => calls.inference.scorePayment(asked, { signal }))
}
