import type { WriteHandle } from '@stoa/contract'
import type { LedgerKind } from '@stoa/contracts/payment/resources'
import type { PaymentId } from '@stoa/contracts/shared/ids'
import type { Money } from '@stoa/kernel'
import type { DisputeMovement } from '../domain/dispute.ts'

/** A booking between two accounts: what the second loses, the first gets. */
interface Transfer {
  readonly transactionId: string
  readonly paymentId: PaymentId
  readonly kind: LedgerKind
  /** What is booked; once for each kind. */
  readonly effectId: string
  readonly to: string
  readonly from: string
  readonly amount: Money
  readonly at: Temporal.Instant
}

/** Books a transfer, in one statement; one of nothing is no booking. */
export async function bookTransfer(
  tx: WriteHandle,
  { transactionId, paymentId, kind, effectId, to, from, amount: { amount, currency }, at }: Transfer,
): Promise<void> {
  if (amount === 0) return
  await tx.sql`
    with booked as (
      insert into ledger_transactions (id, payment_id, kind, effect_id, at)
      values (${transactionId}, ${paymentId}, ${kind}, ${effectId}, ${at})
    )
    insert into ledger_entries (transaction_id, account, amount, currency)
    values (${transactionId}, ${to}, ${amount}, ${currency}), (${transactionId}, ${from}, ${-amount}, ${currency})`
}

/** Stores a movement of a dispute; false if it is stored, and so booked, already. */
export async function takeMovement(
  tx: WriteHandle,
  movement: Pick<DisputeMovement, 'reference' | 'kind' | 'amount'> & {
    readonly id: string
    readonly disputeId: string
  },
): Promise<boolean> {
  const { id, disputeId, reference, kind, amount } = movement
  const rows = await tx.sql`
    insert into dispute_movements (id, dispute_id, reference, kind, amount)
    values (${id}, ${disputeId}, ${reference}, ${kind}, ${amount})
    on conflict (dispute_id, reference) do nothing returning 1 as taken`
  return rows.length > 0
}
