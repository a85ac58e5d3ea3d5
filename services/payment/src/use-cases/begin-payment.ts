import { createHash } from 'node:crypto'
import type { RpcRefusal, Tx } from '@stoa/contract'
import type { OrderId, PaymentId, PaymentMethodId, UserId } from '@stoa/contracts/shared/ids'
import { fraudDetected, paymentCompleted, paymentInitiated } from '@stoa/contracts/payment/events'
import type { PaymentService } from '@stoa/contracts/payment/service'
import type { Money } from '@stoa/kernel'
import { getProvider, type Deps } from '../deps.ts'
import { assessFraud } from '../domain/fraud.ts'
import type { StoredMethod } from '../store/payment-methods.ts'
import { countPaymentsSince, findPaymentOfOrder, insertPayment, type StoredPayment } from '../store/payments.ts'
import { factOf } from './settle-payment.ts'
import { findUsableMethod } from './usable-method.ts'

/** A payment request. */
export interface WantedPayment {
  readonly orderId: OrderId
  readonly customerId: UserId
  readonly paymentMethodId: PaymentMethodId
  readonly amount: Money
  readonly country: string | undefined
  readonly capturesAtOnce: boolean
  /** The key of the call, when the payment stands under it permanently. */
  readonly actionKey: string | undefined
  /** From `scorePayment`, before the transaction. */
  readonly fraudScore?: number | undefined
}

/** A payment that is stored, with or without a pending charge. */
interface BegunPayment {
  readonly payment: StoredPayment
  readonly isRepeat: boolean
}

type PayRefusal = RpcRefusal<PaymentService, 'pay'>

/** Stores a payment before its provider is called; returns the existing payment of the key, if any. */
export async function beginPayment(
  deps: Deps,
  tx: Tx<PaymentService>,
  wanted: WantedPayment,
): Promise<BegunPayment | PayRefusal> {
  const method = await findUsableMethod(deps, tx, wanted)
  const payment = method === undefined ? undefined : await writeDown(deps, tx, wanted, method)
  return payment === undefined ? findOrExplain(tx, wanted) : { payment, isRepeat: false }
}

/** Returns the payment that was started before, or the reason why none can be started. */
async function findOrExplain(
  tx: Tx<PaymentService>,
  { orderId, actionKey }: WantedPayment,
): Promise<BegunPayment | PayRefusal> {
  const known = await findPaymentOfOrder(tx, orderId)
  if (known === undefined) {
    return {
      code: 'payment.method_unusable',
      detail: 'The payment method is unknown, belongs to another customer, or its provider is not configured.',
    }
  }
  const isSame = actionKey !== undefined && known.actionKey === actionKey
  // What staff have charged for the order, its open amount, is what its saga was to charge.
  const isByHand = actionKey !== undefined && known.actionKey === undefined
  if (isSame || isByHand) return { payment: known, isRepeat: true }
  return { code: 'payment.order_paid', detail: 'The order already has a payment.' }
}

async function writeDown(
  deps: Deps,
  tx: Tx<PaymentService>,
  wanted: WantedPayment,
  method: StoredMethod,
): Promise<StoredPayment | undefined> {
  const { orderId, customerId, amount } = wanted
  const instrument = instrumentOf(deps, method)
  const rules = await findFraud(deps, tx, wanted, { method, instrument })
  const { amount: minorUnits, currency } = amount
  // An order that costs nothing needs no provider.
  const status = minorUnits === 0 ? 'captured' : rules.length > 0 ? 'in_review' : 'initiated'
  const id = deps.newId() as PaymentId
  const { provider, kind } = method.resource
  const row = {
    ...wanted,
    id,
    provider,
    methodKind: kind,
    token: method.token,
    instrument,
    amount: minorUnits,
    currency,
    status,
  } as const
  const payment = await insertPayment(tx, row, deps.clock.now())
  if (payment === undefined) return undefined
  const fact = factOf(payment.resource)
  await tx.publish(paymentInitiated, id, fact)
  if (status === 'captured') await tx.publish(paymentCompleted, id, fact)
  if (status === 'in_review') await tx.publish(fraudDetected, id, { paymentId: id, orderId, customerId, rules })
  return payment
}

async function findFraud(
  deps: Deps,
  tx: Tx<PaymentService>,
  wanted: WantedPayment,
  { method, instrument }: { readonly method: StoredMethod; readonly instrument: string | undefined },
): Promise<string[]> {
  const { clock, fraudLimits } = deps
  const { amount, country, customerId, fraudScore: score } = wanted
  const paymentsLastHour =
    instrument === undefined
      ? undefined
      : await countPaymentsSince(tx, { customerId, instrument }, clock.now().subtract({ hours: 1 }))
  return assessFraud({ amount, country, methodCountry: method.country, paymentsLastHour, score }, fraudLimits)
}

/** What a card or account is counted by, whatever account pays with it: a new guest account does not begin at zero. */
export function instrumentOf(
  deps: Deps,
  { token, fingerprint, resource: { provider } }: StoredMethod,
): string | undefined {
  if (!getProvider(deps, provider).checksVelocity) return undefined
  return createHash('sha256')
    .update(`${provider}/${fingerprint ?? token}`)
    .digest('base64url')
}
