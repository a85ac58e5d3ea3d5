import type { ReadHandle, TaskHandler, Tx } from '@stoa/contract'
import { disputeClosed, disputeOpened } from '@stoa/contracts/payment/events'
import type { Dispute } from '@stoa/contracts/payment/resources'
import type { PaymentService } from '@stoa/contracts/payment/service'
import type { DisputeId } from '@stoa/contracts/shared/ids'
import { compact } from '@stoa/kernel'
import { getProvider, type Deps } from '../deps.ts'
import { idOfKey } from '../domain/charge-key.ts'
import {
  canRespond,
  heldBy,
  isInquiry,
  lostBy,
  outcomeOfDispute,
  type DisputeResponse,
  type ProviderDispute,
} from '../domain/dispute.ts'
import { endResponse } from '../store/dispute-responses.ts'
import {
  findDispute,
  findDisputeByReference,
  insertDispute,
  updateDispute,
  type StoredDispute,
} from '../store/disputes.ts'
import { bookDispute } from './book-dispute.ts'
import { lockPayment, type StoredPayment } from '../store/payments.ts'

/** Which dispute of which provider. */
export interface DisputeName {
  readonly provider: string
  readonly reference: string
}

/** What a provider says of a dispute, and how far ours was when it was asked. */
export interface AskedDispute extends DisputeName {
  readonly found: ProviderDispute
  /** The version of the stored dispute before the provider was asked; 0 if it was not stored. */
  readonly version: number
}

/** Asks a provider about a dispute. */
export async function askDispute(deps: Deps, db: ReadHandle, name: DisputeName): Promise<AskedDispute> {
  // Read first, so that what is written is never older than what another has written since.
  const version = (await findDisputeByReference(db, name.provider, name.reference))?.version ?? 0
  return { ...name, version, found: await getProvider(deps, name.provider).disputes.read(name.reference) }
}

/**
 * Stores what a provider says of a dispute, books the money that it has moved, and publishes its opening and its end. Webhooks may come in any order,
 * repeated, and before the charge is recorded: what is written depends only on what the provider says. Undefined if the payment is not ours.
 */
export async function writeDispute(
  deps: Deps,
  tx: Tx<PaymentService>,
  { provider, reference, version, found }: AskedDispute,
): Promise<DisputeId | undefined> {
  const paymentId = idOfKey(found.chargeKey ?? '')
  // Its lock has all writers of its disputes come one after the other.
  const payment = paymentId === undefined ? undefined : await lockPayment(tx, paymentId)
  if (payment?.provider !== provider || payment.currency !== found.amount.currency) return undefined
  const before = await findDisputeByReference(tx, provider, reference)
  if ((before?.version ?? 0) !== version) {
    await enqueueDispute(tx, { provider, reference })
    return before?.id
  }
  if (payment.pending !== undefined) await tx.enqueue('settle-payment', { paymentId: payment.id }, { key: payment.id })
  const id = before?.id ?? (deps.newId() as DisputeId)
  if (before === undefined) await insertDispute(tx, { id, paymentId: payment.id, provider, found }, deps.clock.now())
  await writeState(deps, tx, { id, before, payment, found })
  const after = await findDispute(tx, id)
  if (after !== undefined) await publishMove(tx, before, after)
  return id
}

interface Written {
  readonly id: DisputeId
  readonly before: StoredDispute | undefined
  readonly payment: StoredPayment
  readonly found: ProviderDispute
}

async function writeState(deps: Deps, tx: Tx<PaymentService>, { id, before, payment, found }: Written): Promise<void> {
  const sums = await bookDispute(deps, tx, { id, before, payment, found })
  const outcome = outcomeOfDispute(found.status)
  const held = heldBy(found.status, sums)
  const lost = lostBy(found.status, sums)
  await updateDispute(tx, id, { found, ...sums, held, lost, isClosed: outcome !== undefined }, deps.clock.now())
}

async function publishMove(
  tx: Tx<PaymentService>,
  before: StoredDispute | undefined,
  { resource, status }: StoredDispute,
): Promise<void> {
  const { paymentId, evidenceDueBy } = resource
  if (before === undefined)
    await tx.publish(disputeOpened, paymentId, {
      ...factOf(resource),
      isInquiry: isInquiry(status),
      ...compact({ evidenceDueBy }),
    })
  const outcome = outcomeOfDispute(status)
  if (outcome !== undefined && outcome !== before?.status)
    await tx.publish(disputeClosed, paymentId, { ...factOf(resource), outcome })
}

function factOf({ id: disputeId, paymentId, orderId, customerId, amount, provider, reason }: Dispute) {
  return { disputeId, paymentId, orderId, customerId, amount, provider, reasonCode: reason }
}

/** Has the provider asked about a dispute, with this transaction. */
export async function enqueueDispute(tx: Tx<PaymentService>, { provider, reference }: DisputeName): Promise<void> {
  await tx.enqueue('settle-dispute', { provider, reference }, { key: `${provider}/${reference}` })
}

/** What has become of a response, and of its dispute. */
export interface AskedResponse extends AskedDispute {
  readonly id: DisputeId
  readonly response: DisputeResponse
  readonly isDone: boolean
}

/** Sends a response that was begun; the provider carries it out once, and a response that it has taken before counts as done. */
export async function askResponse(
  deps: Deps,
  { id, provider, reference, version }: StoredDispute,
  response: DisputeResponse,
): Promise<AskedResponse> {
  const { disputes } = getProvider(deps, provider)
  const outcome = await disputes.respond(reference, response)
  // Read afterwards: the response to a repeated request may be long out of date.
  const found = await disputes.read(reference)
  return { id, response, provider, reference, version, found, isDone: outcome === 'done' || !canRespond(found.status) }
}

/** Ends a response, and stores what has become of its dispute. */
export async function writeResponse(
  deps: Deps,
  tx: Tx<PaymentService>,
  { id, response, isDone, ...asked }: AskedResponse,
): Promise<void> {
  await writeDispute(deps, tx, asked)
  await endResponse(tx, id, response, { isDone, at: deps.clock.now() })
}

/** Sends a response of which nobody has told the end; undefined if there is none, or another is about to. */
async function resumeResponse(
  { abandonedAfterMs, clock, ...deps }: Deps,
  db: ReadHandle,
  { provider, reference }: DisputeName,
): Promise<AskedResponse | undefined> {
  const dispute = await findDisputeByReference(db, provider, reference)
  const since = dispute?.respondingSince
  if (dispute?.response === undefined || since === undefined) return undefined
  const isAbandoned = clock.now().epochMilliseconds - since.epochMilliseconds >= abandonedAfterMs
  return isAbandoned ? askResponse({ ...deps, abandonedAfterMs, clock }, dispute, dispute.response) : undefined
}

/** Follows a dispute of which a webhook has told something. */
export const settleDisputeTask =
  (deps: Deps): TaskHandler<PaymentService, 'settle-dispute'> =>
  async ({ payload, db, commit }) => {
    const resumed = await resumeResponse(deps, db, payload)
    if (resumed !== undefined) {
      await commit((tx) => writeResponse(deps, tx, resumed))
      const outcome = resumed.isDone ? 'done' : 'refused'
      return deps.logger.info('response to a dispute settled', { disputeId: resumed.id, outcome })
    }
    const asked = await askDispute(deps, db, payload)
    let id: DisputeId | undefined
    await commit(async (tx) => {
      id = await writeDispute(deps, tx, asked)
    })
    const { provider, reference, found } = asked
    const { status } = found
    if (id === undefined) deps.logger.warn('dispute of an unknown payment', { provider, reference, status })
    else deps.logger.info('dispute settled', { disputeId: id, provider, reference, status })
  }
