import { isRefused, type Handler, type Refusal, type Tx } from '@stoa/contract'
import type { DisputeEvidence } from '@stoa/contracts/payment/evidence'
import type { PaymentService } from '@stoa/contracts/payment/service'
import type { Deps } from '../deps.ts'
import { canRespond, type DisputeResponse } from '../domain/dispute.ts'
import { noteResponse } from '../store/dispute-responses.ts'
import { findDispute } from '../store/disputes.ts'
import { lockPayment } from '../store/payments.ts'
import { askResponse, writeResponse } from './settle-dispute.ts'

type Turned = Refusal<PaymentService, 'acceptDispute'>
type Context = Omit<Parameters<Handler<PaymentService, 'acceptDispute'>>[0], 'body'>
type Wanted = { readonly kind: 'evidence'; readonly evidence: DisputeEvidence } | { readonly kind: 'accept' }

/** Submits evidence: it is stored before the provider gets it, and deleted once the provider has taken or rejected it. */
export const submitEvidence =
  (deps: Deps): Handler<PaymentService, 'submitEvidence'> =>
  async (context) =>
    respond(deps, context, { kind: 'evidence', evidence: context.body })

export const acceptDispute =
  (deps: Deps): Handler<PaymentService, 'acceptDispute'> =>
  async (context) =>
    respond(deps, context, { kind: 'accept' })

const rejected: Turned = {
  code: 'payment.dispute_refused',
  detail: 'The provider rejected the response to the dispute.',
}

/** Begins a response, sends it, and commits what has become of the dispute; a repeat of the key, or the task that finds it, continues it. */
async function respond(deps: Deps, { params: { id }, db, begin, commit, refuse }: Context, wanted: Wanted) {
  const begun = await begin(async (tx) => {
    const turned = await beginResponse(deps, tx, id, wanted)
    return turned === undefined ? { disputeId: id } : refuse(turned)
  })
  if (isRefused(begun)) return begun
  const dispute = await findDispute(db, id)
  // another has ended it
  if (dispute?.response === undefined) {
    if (dispute !== undefined && canRespond(dispute.status)) return refuse(rejected)
    return commit(async () => ({ status: 200, id }))
  }
  const asked = await askResponse(deps, dispute, dispute.response)
  if (!asked.isDone) {
    const keep = (tx: Tx<PaymentService>) => writeResponse(deps, tx, asked)
    return refuse({ ...rejected, keep })
  }
  return commit(async (tx) => {
    await writeResponse(deps, tx, asked)
    return { status: 200, id }
  })
}

async function beginResponse(
  { newId, clock, abandonedAfterMs }: Deps,
  tx: Tx<PaymentService>,
  id: string,
  wanted: Wanted,
): Promise<Turned | undefined> {
  const known = await findDispute(tx, id)
  if (known === undefined) return { code: 'payment.dispute_not_found', detail: `The dispute ${id} does not exist.` }
  // Its lock has all writers of its disputes come one after the other.
  await lockPayment(tx, known.paymentId)
  const dispute = await findDispute(tx, id)
  if (dispute === undefined || dispute.response !== undefined || !canRespond(dispute.status)) {
    const detail =
      dispute?.response === undefined
        ? `The dispute is ${dispute?.status}.`
        : 'Another response to the dispute is in progress.'
    return { code: 'payment.dispute_not_open', detail }
  }
  const response: DisputeResponse = { ...wanted, key: newId() }
  const at = clock.now()
  await noteResponse(tx, id, response, { at, revisitAt: at.add({ milliseconds: abandonedAfterMs }) })
  return undefined
}
