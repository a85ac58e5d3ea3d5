import type { Handler } from '@stoa/contract'
import type { PaymentService } from '@stoa/contracts/payment/service'
import { readPageById } from '@stoa/service'
import { findDispute, listDisputes as listStored } from '../store/disputes.ts'

export const getDispute: Handler<PaymentService, 'getDispute'> = async ({ params, db, refuse }) => {
  const dispute = await findDispute(db, params.id)
  if (dispute === undefined) return refuse('payment.dispute_not_found', `The dispute ${params.id} does not exist.`)
  return { status: 200, body: dispute.resource, version: dispute.version }
}

export const listDisputes: Handler<PaymentService, 'listDisputes'> = async ({
  query: { paymentId, status, ...page },
  db,
}) => ({
  status: 200,
  body: await readPageById(page, (beforeId, limit) => listStored(db, { paymentId, status, beforeId, limit })),
})
