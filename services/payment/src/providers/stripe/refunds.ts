import type Stripe from 'stripe'
import type { RefundOutcome } from '../../domain/payment.ts'
import type { RefundRequest } from '../provider.ts'
import { toStripeAmount } from './amounts.ts'
import { keyName } from './charges.ts'
import type { StripeClient } from './client.ts'
import { asStripeFailure, isRefusal, toAppError } from './errors.ts'
import { outcomeOfRefund } from './outcomes.ts'

const refused: RefundOutcome = { kind: 'refused', code: 'payment.refund_refused' }

/** Gives back a part of a PaymentIntent, once per key. */
export async function refund(
  client: StripeClient,
  { key, reference, amount: money }: RefundRequest,
): Promise<RefundOutcome> {
  const amount = toStripeAmount(money)
  if (amount === undefined) return refused
  try {
    return outcomeOfRefund(
      await client.plain((stripe) =>
        stripe.refunds.create(
          { payment_intent: reference, amount, metadata: { [keyName]: key } },
          { idempotencyKey: key },
        ),
      ),
    )
  } catch (error) {
    const failure = asStripeFailure(error)
    if (failure !== undefined && isRefusal(failure)) return refused
    throw toAppError(error)
  }
}

/** The refund of a key, among those of its PaymentIntent. */
export async function findRefund(
  client: StripeClient,
  { key, reference }: RefundRequest,
): Promise<RefundOutcome | undefined> {
  const found = await client.ask(async (stripe) => {
    for await (const each of stripe.refunds.list({ payment_intent: reference, limit: 100 })) {
      if (isOf(each, key)) return each
    }
    return undefined
  })
  return found === undefined ? undefined : outcomeOfRefund(found)
}

function isOf({ metadata }: Stripe.Refund, key: string): boolean {
  return metadata?.[keyName] === key
}
