import type { Tx } from '@stoa/contract'
import type { PaymentService } from '@stoa/contracts/payment/service'
import type { DisputeId } from '@stoa/contracts/shared/ids'
import { money } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { lostBy, type DisputeMovement, type DisputeSums, type ProviderDispute } from '../domain/dispute.ts'
import { bookTransfer, takeMovement } from '../store/dispute-ledger.ts'
import type { StoredDispute } from '../store/disputes.ts'
import type { StoredPayment } from '../store/payments.ts'

interface BookedDispute {
  readonly id: DisputeId
  readonly before: StoredDispute | undefined
  readonly payment: StoredPayment
  readonly found: ProviderDispute
}

/**
 * Books what a dispute of a payment whose row is locked has moved since: withdrawn money goes from what the provider owes us to the account of
 * disputed money, and back when it is reinstated; once the dispute is lost, it is a loss. Returns the sums.
 */
export async function bookDispute(
  deps: Deps,
  tx: Tx<PaymentService>,
  { id, before, payment, found }: BookedDispute,
): Promise<DisputeSums> {
  const moved = { withdrawn: before?.withdrawn ?? 0, reinstated: before?.reinstated ?? 0 }
  for (const movement of found.movements) {
    if (await bookMovement(deps, tx, { id, payment }, movement)) moved[movement.kind] += movement.amount
  }
  const sums = { amount: found.amount.amount, ...moved }
  const change = lostBy(found.status, sums) - (before?.lost ?? 0)
  const [to, from] = ['dispute_losses', `disputed:${payment.provider}`]
  await bookTransfer(tx, {
    transactionId: deps.newId(),
    paymentId: payment.id,
    kind: 'dispute_lost',
    effectId: deps.newId(),
    to,
    from,
    amount: money(change, payment.currency),
    at: deps.clock.now(),
  })
  return sums
}

async function bookMovement(
  { newId, clock }: Deps,
  tx: Tx<PaymentService>,
  { id: disputeId, payment }: Pick<BookedDispute, 'id' | 'payment'>,
  { reference, kind, amount, fee }: DisputeMovement,
): Promise<boolean> {
  const movementId = newId()
  if (!(await takeMovement(tx, { id: movementId, disputeId, reference, kind, amount }))) return false
  const { id: paymentId, provider, currency } = payment
  const [receivable, disputed] = [`receivable:${provider}`, `disputed:${provider}`]
  const [to, from] = kind === 'withdrawn' ? [disputed, receivable] : [receivable, disputed]
  const booking = { paymentId, effectId: movementId, at: clock.now() }
  await bookTransfer(tx, {
    ...booking,
    transactionId: newId(),
    kind: `dispute_${kind}`,
    to,
    from,
    amount: money(amount, currency),
  })
  if (fee === undefined) return true
  const feeAccounts = { to: 'dispute_fees', from: receivable }
  await bookTransfer(tx, { ...booking, ...feeAccounts, transactionId: newId(), kind: 'dispute_fee', amount: fee })
  return true
}
