import type Stripe from 'stripe'
import { catalogueError } from '@stoa/kernel'
import type { ChargeOutcome } from '../../domain/payment.ts'
import type { ChargeRequest } from '../provider.ts'
import { toStripeAmount } from './amounts.ts'
import type { StripeClient } from './client.ts'
import { asStripeFailure, isRefusal, stripeErrors, toAppError, type StripeFailure } from './errors.ts'
import { anotherAmount, declineCodeOf, outcomeOf } from './outcomes.ts'

/** The name under which a PaymentIntent or a refund carries our key. */
export const keyName = 'stoa_key'

/** Creates and confirms the PaymentIntent of a key, once: Stripe answers a repeat of the key with what it answered first. */
export async function charge(
  client: StripeClient,
  returnUrl: string | undefined,
  request: ChargeRequest,
): Promise<ChargeOutcome> {
  const amount = toStripeAmount(request.amount)
  if (amount === undefined) return { kind: 'declined', code: 'payment.amount_invalid' }
  try {
    const intent = await client.plain((stripe) =>
      stripe.paymentIntents.create(intentOf(request, amount, returnUrl), { idempotencyKey: request.key }),
    )
    // The first answer may be long out of date.
    return isReplayed(intent) ? await readOf(client, intent.id, request) : await settle(client, intent)
  } catch (error) {
    return declined(client, error)
  }
}

function intentOf(
  { key, orderId, token, amount: { currency }, isCaptured, providerCustomer }: ChargeRequest,
  amount: number,
  returnUrl: string | undefined,
): Stripe.PaymentIntentCreateParams {
  return {
    amount,
    currency: currency.toLowerCase(),
    payment_method: token,
    // Others are decided within days, and cannot be withdrawn meanwhile.
    allowed_payment_method_types: ['card'],
    ...(providerCustomer === undefined ? {} : { customer: providerCustomer }),
    capture_method: isCaptured ? 'automatic' : 'manual',
    confirm: true,
    metadata: { [keyName]: key, stoa_order: orderId },
    ...(returnUrl === undefined ? { use_stripe_sdk: true } : { return_url: returnUrl }),
  }
}

function isReplayed({ lastResponse }: Stripe.Response<Stripe.PaymentIntent>): boolean {
  return lastResponse.headers['idempotent-replayed'] === 'true'
}

/** Turns a refusal into a decline; of any other error, the outcome is unknown. */
async function declined(client: StripeClient, error: unknown): Promise<ChargeOutcome> {
  const failure = asStripeFailure(error)
  if (failure === undefined || !isRefusal(failure)) throw toAppError(error)
  const { payment_intent: intent } = error as { readonly payment_intent?: Stripe.PaymentIntent }
  if (intent !== undefined) return read(client, intent.id)
  return { kind: 'declined', code: refusalCodeOf(failure) }
}

function refusalCodeOf(failure: StripeFailure): string {
  if (failure.type === 'StripeCardError') return declineCodeOf(failure as { code?: string; decline_code?: string })
  if (failure.code?.startsWith('amount_') === true) return 'payment.amount_invalid'
  return failure.code === 'resource_missing' ? 'payment.method_unusable' : 'payment.declined'
}

/** What has become of a PaymentIntent by now. */
export async function read(client: StripeClient, reference: string): Promise<ChargeOutcome> {
  return settle(client, await client.ask((stripe) => stripe.paymentIntents.retrieve(reference)))
}

/** What has become of the PaymentIntent of a request: by its reference, which is never behind, or by its key. */
export async function findCharge(client: StripeClient, request: ChargeRequest): Promise<ChargeOutcome | undefined> {
  const { reference } = request
  return reference === undefined ? findByKey(client, request) : readOf(client, reference, request)
}

/** @throws Error if Stripe has another amount or currency for it: what is booked is what was charged */
async function readOf(
  client: StripeClient,
  reference: string,
  { amount }: Pick<ChargeRequest, 'amount'>,
): Promise<ChargeOutcome> {
  const intent = await client.ask((stripe) => stripe.paymentIntents.retrieve(reference))
  const isSame = intent.amount === toStripeAmount(amount) && intent.currency === amount.currency.toLowerCase()
  if (!isSame) throw anotherAmount(reference)
  return settle(client, intent)
}

/** The PaymentIntent of a key, by the index of Stripe, which may be some minutes behind. */
async function findByKey(client: StripeClient, request: ChargeRequest): Promise<ChargeOutcome | undefined> {
  const { key } = request
  const found = await client.ask((stripe) =>
    stripe.paymentIntents.search({ query: `metadata['${keyName}']:'${key}'`, limit: 1 }),
  )
  const [intent] = found.data
  // The index may be behind in what it says of it, too.
  return intent === undefined ? undefined : readOf(client, intent.id, request)
}

/** One that could still be paid another way is cancelled before it counts as declined: its client secret may be known. */
async function settle(client: StripeClient, intent: Stripe.PaymentIntent): Promise<ChargeOutcome> {
  const outcome = outcomeOf(intent)
  if (outcome === undefined) throw catalogueError(stripeErrors, 'stripe.unanswered', 'Stripe has not decided yet.')
  if (outcome !== 'unpaid') return outcome
  const ended = await cancel(client, intent.id)
  if (ended.kind !== 'voided') return ended
  return { kind: 'declined', code: declineCodeOf(intent.last_payment_error) }
}

/** Captures a PaymentIntent that was authorised. */
export async function capture(client: StripeClient, reference: string): Promise<ChargeOutcome> {
  return move(client, reference, (stripe) => stripe.paymentIntents.capture(reference))
}

/** Gives a PaymentIntent up that is not captured. */
export async function cancel(client: StripeClient, reference: string): Promise<ChargeOutcome> {
  return move(client, reference, (stripe) => stripe.paymentIntents.cancel(reference))
}

/**
 * One that has moved on since it was read is what it is now. Without an idempotency key: a PaymentIntent moves once anyway, and under a key Stripe would answer a
 * refusal of a moment, such as one while the bank decides, for a day.
 */
async function move(
  client: StripeClient,
  reference: string,
  act: (stripe: Stripe) => Promise<Stripe.Response<Stripe.PaymentIntent>>,
): Promise<ChargeOutcome> {
  let intent: Stripe.PaymentIntent
  try {
    intent = await client.plain(act)
  } catch (error) {
    const failure = asStripeFailure(error)
    if (failure === undefined || !isRefusal(failure)) throw toAppError(error)
    intent = await client.ask((stripe) => stripe.paymentIntents.retrieve(reference))
  }
  const outcome = outcomeOf(intent)
  if (outcome === undefined || outcome === 'unpaid')
    throw catalogueError(stripeErrors, 'stripe.unanswered', 'Stripe has not decided yet.')
  return outcome
}
