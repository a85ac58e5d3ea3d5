import type Stripe from 'stripe'
import type { DisputeEvidence } from '@stoa/contracts/payment/evidence'
import type { DisputeStatus } from '@stoa/contracts/payment/resources'
import { money, type Money } from '@stoa/kernel'
import type { DisputeMovement, DisputeResponse, ProviderDispute } from '../../domain/dispute.ts'
import { fromStripeAmount } from './amounts.ts'
import { keyName } from './charges.ts'
import type { StripeClient } from './client.ts'
import { asStripeFailure, isRefusal, toAppError } from './errors.ts'

const statuses: Readonly<Record<string, DisputeStatus>> = {
  warning_needs_response: 'warning_needs_response',
  warning_under_review: 'warning_under_review',
  warning_closed: 'warning_closed',
  needs_response: 'needs_response',
  under_review: 'under_review',
  won: 'won',
  lost: 'lost',
  // settled with the bank before it became a dispute
  prevented: 'warning_closed',
}

/** A dispute by its id, with what it has moved. */
export async function readDispute(client: StripeClient, reference: string): Promise<ProviderDispute> {
  return describe(await client.ask((stripe) => stripe.disputes.retrieve(reference, { expand: ['payment_intent'] })))
}

/** Submits evidence or accepts a dispute: under one key, Stripe does it once. */
export async function respondToDispute(
  client: StripeClient,
  reference: string,
  response: DisputeResponse,
): Promise<'done' | 'refused'> {
  const options = { idempotencyKey: response.key }
  try {
    await client.plain((stripe) =>
      response.kind === 'accept'
        ? stripe.disputes.close(reference, {}, options)
        : stripe.disputes.update(reference, { evidence: namedAsStripe(response.evidence), submit: true }, options),
    )
    return 'done'
  } catch (error) {
    const failure = asStripeFailure(error)
    if (failure !== undefined && isRefusal(failure)) return 'refused'
    throw toAppError(error)
  }
}

function namedAsStripe(evidence: DisputeEvidence): Stripe.DisputeUpdateParams.Evidence {
  const named = ([name, text]: readonly [string, string]) =>
    [name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), text] as const
  return Object.fromEntries(Object.entries(evidence).map(named))
}

function describe(dispute: Stripe.Dispute): ProviderDispute {
  const { id: reference, status, reason, payment_intent: intent, evidence_details: evidence } = dispute
  const dueBy = evidence.due_by ?? 0
  return {
    reference,
    chargeKey: typeof intent === 'object' ? intent?.metadata[keyName] : undefined,
    // One that we do not know, such as an appeal, holds the money until Stripe has decided.
    status: statuses[status] ?? 'under_review',
    reason,
    amount: amountOf(dispute.amount, dispute.currency),
    evidenceDueBy: dueBy === 0 ? undefined : instantOf(dueBy),
    openedAt: instantOf(dispute.created),
    movements: dispute.balance_transactions.map((each) => movementOf(dispute, each)),
  }
}

/** What is booked in another currency than was paid in moves the whole dispute: Stripe converts it with its own rate. */
function movementOf(
  { amount: disputed, currency: ofDispute }: Stripe.Dispute,
  { id: reference, amount, currency, fee }: Stripe.BalanceTransaction,
): DisputeMovement {
  const moved = currency === ofDispute ? Math.abs(amount) : disputed
  return {
    reference,
    kind: amount < 0 ? 'withdrawn' : 'reinstated',
    amount: amountOf(moved, ofDispute).amount,
    fee: fee === 0 ? undefined : amountOf(fee, currency),
  }
}

function amountOf(amount: number, currency: string): Money {
  const ours = fromStripeAmount(amount, currency)
  if (ours === undefined) throw new Error(`Stripe has an amount in ${currency} that is not a whole number of its units`)
  return money(ours, currency.toUpperCase())
}

function instantOf(seconds: number): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(seconds * 1_000)
}
