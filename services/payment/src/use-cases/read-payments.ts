import { closedRange } from '@stoa/kernel'
import type { Handler, RpcHandler } from '@stoa/contract'
import type { PaymentService } from '@stoa/contracts/payment/service'
import { toRpcMoney } from '@stoa/kernel'
import { readPageById } from '@stoa/service'
import { listTransactions as listBooked, reconcilePayments } from '../store/ledger.ts'
import { findPayment, listPayments as listStored } from '../store/payments.ts'

export const getPayment: Handler<PaymentService, 'getPayment'> = async ({ params, db, refuse }) => {
  const payment = await findPayment(db, params.id)
  if (payment === undefined) return refuse('payment.not_found', `The payment ${params.id} does not exist.`)
  return { status: 200, body: payment.resource, version: payment.version }
}

export const listPayments: Handler<PaymentService, 'listPayments'> = async ({
  query: { orderId, status, ...page },
  caller,
  db,
}) => {
  const customerId = caller.can('payment:read:any') ? undefined : caller.subject
  const read = (beforeId: string | undefined, limit: number) =>
    listStored(db, { customerId, orderId, status, beforeId, limit })
  return { status: 200, body: await readPageById(page, read) }
}

export const listTransactions: Handler<PaymentService, 'listTransactions'> = async ({
  query: { paymentId, ...page },
  db,
}) => ({
  status: 200,
  body: await readPageById(page, (beforeId, limit) => listBooked(db, { paymentId, beforeId, limit })),
})

/** The payments of orders beside what the ledger says of them, for reconciliation. */
export const listReconciled: RpcHandler<PaymentService, 'listPayments'> = async ({ input, db }) => {
  const found = await reconcilePayments(db, input.range === undefined ? input.orderIds : closedRange(input.range))
  return {
    payments: found.map(({ id, orderId, status, currency, ...sums }) => ({
      paymentId: id,
      orderId,
      status,
      amount: toRpcMoney({ amount: sums.amount, currency }),
      captured: toRpcMoney({ amount: sums.captured, currency }),
      refunded: toRpcMoney({ amount: sums.refunded, currency }),
      refundedByHand: toRpcMoney({ amount: sums.refundedByHand, currency }),
      disputed: toRpcMoney({ amount: sums.disputed, currency }),
      ledgerBalance: toRpcMoney({ amount: sums.ledgerBalance, currency }),
      ledgerSum: toRpcMoney({ amount: sums.ledgerSum, currency }),
    })),
  }
}
