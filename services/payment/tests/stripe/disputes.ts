import { randomUUID } from 'node:crypto'
import { textOf, textsOf, type Fields } from './form.ts'
import { StripeRefusal } from './refusal.ts'

interface BalanceTransaction {
  readonly id: string
  readonly object: 'balance_transaction'
  readonly amount: number
  readonly currency: string
  readonly fee: number
}

/** A dispute of the double; its events are delivered by the tests, in the order that they like. */
export interface DisputeAtStripe {
  readonly id: string
  readonly object: 'dispute'
  readonly payment_intent: string
  readonly amount: number
  readonly currency: string
  readonly created: number
  readonly evidence_details: { readonly due_by: number | null }
  readonly balance_transactions: BalanceTransaction[]
  reason: string
  status: string
  /** What was submitted. */
  evidence: Readonly<Record<string, string>>
}

/** The part of the double's world that disputes are about. */
interface DisputedWorld {
  readonly intents: ReadonlyMap<string, { readonly amount: number; readonly currency: string }>
  readonly disputes: Map<string, DisputeAtStripe>
}

interface Opening {
  readonly amount?: number
  readonly status?: string
  readonly isWithdrawn?: boolean
}

const feeOfDispute = 2_000

/** A dispute that a bank opens on a PaymentIntent: its money is withdrawn at once, unless it is said otherwise. */
export function openDispute(
  world: DisputedWorld,
  intentId: string,
  { amount, status = 'needs_response', isWithdrawn = true }: Opening = {},
): DisputeAtStripe {
  const intent = world.intents.get(intentId)
  if (intent === undefined) throw new Error(`no intent ${intentId}`)
  const created = Math.floor(Date.now() / 1_000)
  const dispute: DisputeAtStripe = {
    id: `du_${randomUUID().replaceAll('-', '')}`,
    object: 'dispute',
    payment_intent: intentId,
    amount: amount ?? intent.amount,
    currency: intent.currency,
    created,
    evidence_details: { due_by: created + 7 * 86_400 },
    balance_transactions: [],
    reason: 'fraudulent',
    status,
    evidence: {},
  }
  world.disputes.set(dispute.id, dispute)
  if (isWithdrawn) moveMoney(dispute, -1, feeOfDispute)
  return dispute
}

/** Withdraws the money of a dispute, or reinstates it. */
export function moveMoney(
  { balance_transactions: moved, amount, currency }: DisputeAtStripe,
  sign: 1 | -1,
  fee = 0,
): void {
  const id = `txn_${randomUUID().replaceAll('-', '')}`
  moved.push({ id, object: 'balance_transaction', amount: sign * amount, currency, fee })
}

interface DisputeRequest {
  readonly method: string
  readonly name: string
  readonly action: string
  readonly form: Fields
}

export function answerDispute(world: DisputedWorld, { method, name, action, form }: DisputeRequest): object {
  const dispute = world.disputes.get(name)
  if (dispute === undefined) throw new StripeRefusal(404, { type: 'invalid_request_error', code: 'resource_missing' })
  if (method === 'POST') {
    if (!dispute.status.endsWith('needs_response'))
      throw new StripeRefusal(400, { type: 'invalid_request_error', code: 'dispute_closed' })
    if (action === 'close') dispute.status = 'lost'
    else {
      dispute.evidence = { ...dispute.evidence, ...textsOf(form, 'evidence') }
      if (textOf(form, 'submit') === 'true') dispute.status = dispute.status.replace('needs_response', 'under_review')
    }
  }
  const isExpanded = JSON.stringify(form['expand'] ?? '').includes('payment_intent')
  return { ...dispute, payment_intent: isExpanded ? world.intents.get(dispute.payment_intent) : dispute.payment_intent }
}
