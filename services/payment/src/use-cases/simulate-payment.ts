import type { Handler } from '@stoa/contract'
import type { PaymentService } from '@stoa/contracts/payment/service'
import { money } from '@stoa/kernel'
import { getProvider, type Deps } from '../deps.ts'
import { findPayment } from '../store/payments.ts'
import { askDispute, writeDispute } from './settle-dispute.ts'

/** Makes the sandbox open or decide a dispute, and stores what has become of it as after a webhook. */
export const simulatePayment =
  (deps: Deps): Handler<PaymentService, 'simulatePayment'> =>
  async ({ params: { id }, body: { event, amount }, db, commit, refuse }) => {
    const payment = await findPayment(db, id)
    if (payment === undefined) return refuse('payment.not_found', `The payment ${id} does not exist.`)
    const { provider, reference, currency, captured } = payment
    const { simulate } = getProvider(deps, provider).disputes
    if (simulate === undefined) return refuse('payment.sandbox_only', `The payment was made with ${provider}.`)
    const isWrong =
      amount !== undefined && (amount.currency !== currency || amount.amount <= 0 || amount.amount > captured)
    if (isWrong) {
      const detail = `must be between 1 and ${captured} of ${currency}`
      return refuse({ code: 'payment.amount_invalid', detail, fields: [{ pointer: '/amount', detail }] })
    }
    const disputed = amount ?? money(captured, currency)
    const dispute = reference === undefined ? undefined : await simulate({ event, charge: reference, amount: disputed })
    if (dispute === undefined)
      return refuse('payment.simulation_not_possible', `The sandbox cannot simulate ${event} for this payment now.`)
    const asked = await askDispute(deps, db, { provider, reference: dispute })
    return commit(async (tx) => {
      await writeDispute(deps, tx, asked)
      return { status: 200, id }
    })
  }
