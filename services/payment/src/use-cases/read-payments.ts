import { closedRange } from '@stoa/kernel'
import type { Handler, RpcHandler } from '@stoa/contract'
import type { PaymentService } from '@stoa/contracts/payment/service'
import { decodeCursor, pageOf } from '@stoa/service'
import { listTransactions as listBooked, reconcilePayments } from '../store/ledger.ts'
import { findPayment, listPayments as listStored } from '../store/payments.ts'
import { idPlace } from './id-place.ts'
import { toWire } from './wire-money.ts'

export const getPayment: Handler<PaymentService, 'getPayment'> = async ({ params, db, refuse }) => {
  const payment = await findPayment(db, params.id)
  if (payment === undefined) return refuse('payment.not_found', `The payment ${params.id} does not exist.`)
  return { status: 200, body: payment.resource, version: payment.version }
}

export const listPayments: Handler<PaymentService, 'listPayments'> = async ({
  query: { orderId, status, limit = 50, cursor },
  caller,
  db,
}) => {
  const customerId = caller.can('payment:read:any') ? undefined : caller.subject
  const beforeId = cursor === undefined ? undefined : decodeCursor(idPlace, cursor)
  const found = await listStored(db, { customerId, orderId, status, beforeId, limit: limit + 1 })
  return { status: 200, body: pageOf(found, limit, ({ id }) => id) }
}

export const listTransactions: Handler<PaymentService, 'listTransactions'> = async ({
  query: { paymentId, limit = 50, cursor },
  db,
}) => {
  const beforeId = cursor === undefined ? undefined : decodeCursor(idPlace, cursor)
  const found = await listBooked(db, { paymentId, beforeId, limit: limit + 1 })
  return { status: 200, body: pageOf(found, limit, ({ id }) => id) }
}

/** The payments of orders beside what the ledger says of them, for reconciliation. */
export const listReconciled: RpcHandler<PaymentService, 'listPayments'> = async ({ input, db }) => {
  const found = await reconcilePayments(db, input.range === undefined ? input.orderIds : closedRange(input.range))
  return {
    payments: found.map(({ id, orderId, status, currency, ...sums }) => ({
      paymentId: id,
      orderId,
      status,
      amount: toWire(sums.amount, currency),
      captured: toWire(sums.captured, currency),
      refunded: toWire(sums.refunded, currency),
      refundedByHand: toWire(sums.refundedByHand, currency),
      ledgerBalance: toWire(sums.ledgerBalance, currency),
      ledgerSum: toWire(sums.ledgerSum, currency),
    })),
  }
}
