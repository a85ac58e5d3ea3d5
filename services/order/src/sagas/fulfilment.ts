import { order as contract, type OrderService } from '@stoa/contracts/order/service'
import { orderCancelled, orderConfirmed, orderRejected, orderUpdated } from '@stoa/contracts/order/events'
import type { Calls, Fail, ReadHandle, SagaInput, Tx } from '@stoa/contract'
import type { OrderId } from '@stoa/contracts/shared/ids'
import { toRpcMoney } from '@stoa/kernel'
import { saga } from '@stoa/saga'
import type { Deps } from '../deps.ts'
import { declineCode } from '../domain/decline-code.ts'
import { cancellationSagaKey, endWithoutConfirmation } from '../domain/order.ts'
import { orderFact } from '../domain/order-fact.ts'
import { eraseWhenCustomerIsErased, getDelivery, lockIsCancelling, lockOrder, moveOrder } from '../store/orders.ts'

const hourMs = 3_600_000

/** From a placed order to a confirmed one, or back to nothing at all. */
export const fulfilment = ({ clock, isAutoPick, dayMs, guestReviewMs }: Deps) =>
  saga(contract, 'order-fulfilment')
    .step('accept_quote', {
      action: async ({ calls, input: { quoteId, orderId, customerId } }) => {
        await calls.pricing.acceptQuote({ quoteId, orderId, customerId })
      },
      compensation: ({ calls, input: { quoteId, orderId } }) => calls.pricing.releaseQuote({ quoteId, orderId }),
    })
    .step('reserve_items', {
      timeoutMs: 5_000,
      action: reserveItems,
      compensation: ({ calls, input: { orderId } }) => calls.inventory.release({ orderId }),
    })
    .step('process_payment', {
      attempts: 5,
      timeoutMs: 15_000,
      action: processPayment,
      compensation: ({ calls, input: { orderId } }) => calls.payment.refund({ orderId, reason: 'order not fulfilled' }),
    })
    .waitFor('payment_review', {
      when: (done) => done.process_payment.outcome === 'in_review',
      // the stock is reserved meanwhile, and anyone can order as a guest
      timeoutMs: ({ isGuest }) => (isGuest === true ? guestReviewMs : 24 * hourMs),
      timeoutCode: 'payment.review_timeout',
      enter: (tx, { input, done }) => hold(tx, input.orderId, done.process_payment.isAction === true, clock.now()),
      then: async (tx, review, { input, done, fail }) => {
        if (review.outcome === 'declined') fail(declineCode(review.code ?? 'payment.review_declined'))
        if (review.outcome === 'cancelled') fail('order.cancelled')
        await moveOrder(tx, input.orderId, {
          to: 'pending',
          actor: holder(done.process_payment.isAction === true),
          at: clock.now(),
        })
      },
    })
    .step('create_shipment', {
      action: ({ calls, db, input, done }) => createShipment({ calls, db, input }, done.reserve_items.parcels),
      compensation: ({ calls, input: { orderId } }) => calls.shipping.cancelShipment({ orderId }),
    })
    .pivot('confirm_order', {
      enter: async (tx, { input, fail }) => {
        if (await lockIsCancelling(tx, input.orderId)) fail('order.cancelled')
      },
      action: async ({ calls, input: { orderId } }) => {
        await calls.inventory.confirm({ orderId })
      },
      then: (tx, _confirmed, { input, done }) =>
        confirm(tx, input.orderId, {
          at: clock.now(),
          paymentId: done.process_payment.paymentId,
          pickAfterMs: isAutoPick ? dayMs : undefined,
        }),
    })
    .whenCompensated((tx, { input, reason }) => endUnconfirmed(tx, input.orderId, reason, clock.now()))

interface Step {
  readonly calls: Calls<OrderService['calls']>
  readonly db: ReadHandle
  readonly input: SagaInput<OrderService, 'order-fulfilment'>
}

type Parcels = readonly {
  readonly warehouseId: string
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[]
}[]

async function reserveItems({ calls, input }: Step): Promise<{ readonly parcels: Parcels }> {
  const { orderId, lines, country } = input
  const { parcels } = await calls.inventory.reserve({ orderId, lines, country })
  return {
    parcels: parcels.map(({ warehouseId, lines: packed }) => ({
      warehouseId,
      lines: packed.map(({ sku, quantity }) => ({ sku, quantity })),
    })),
  }
}

// a type, not an interface: it is journalled as JSON
type Paid = {
  readonly paymentId?: string
  readonly outcome: string
  /** Of `in_review`: the customer has to confirm it, rather than the reviewers; missing in what an older release journalled. */
  readonly isAction?: boolean
}

async function processPayment({ calls, input, fail }: Step & { readonly fail: Fail<OrderService> }): Promise<Paid> {
  const { orderId, customerId, paymentMethodId, total, country } = input
  // What costs nothing is not charged.
  if (total.amount === 0) return { outcome: 'captured' }
  if (paymentMethodId === undefined) throw new Error('an order that costs something has no payment method')
  const amount = toRpcMoney(total)
  const paid = await calls.payment.pay({ orderId, customerId, paymentMethodId, amount, country })
  if (paid.outcome === 'declined') return fail(declineCode(paid.code))
  return { paymentId: paid.paymentId, outcome: paid.outcome, isAction: paid.actionRequired }
}

async function createShipment({ calls, db, input: { orderId, customerId } }: Step, parcels: Parcels) {
  const { shippingAddress, shippingMethod } = await getDelivery(db, orderId)
  const { shipmentId } = await calls.shipping.createShipment({
    orderId,
    customerId,
    address: shippingAddress,
    method: shippingMethod,
    parcels: parcels.map(({ warehouseId, lines }) => ({ warehouseId, lines: [...lines] })),
  })
  return { shipmentId }
}

/** Who an order waits for. */
function holder(isAction: boolean): string {
  return isAction ? 'customer-confirmation' : 'fraud-review'
}

async function hold(tx: Tx<OrderService>, orderId: OrderId, isAction: boolean, at: Temporal.Instant): Promise<void> {
  const reason = isAction ? 'payment.action_required' : 'payment.in_review'
  const { resource } = await moveOrder(tx, orderId, { to: 'on_hold', actor: holder(isAction), reason, at })
  await tx.publish(orderUpdated, orderId, {
    orderId,
    number: resource.number,
    customerId: resource.customerId,
    status: 'on_hold',
  })
}

interface Confirmation {
  readonly at: Temporal.Instant
  readonly paymentId: string | undefined
  readonly pickAfterMs: number | undefined
}

async function confirm(tx: Tx<OrderService>, orderId: OrderId, confirmation: Confirmation): Promise<void> {
  const { at, paymentId, pickAfterMs } = confirmation
  const order = await moveOrder(tx, orderId, { to: 'confirmed', actor: 'order-fulfilment', paymentId, at })
  await tx.publish(orderConfirmed, orderId, orderFact(order.resource))
  if (order.cancelReason !== undefined) {
    // Cancelled after the pivot was entered: from here on another saga undoes the order.
    const key = cancellationSagaKey(orderId, order.cancellations)
    await tx.start('order-cancellation', key, { orderId, reason: order.cancelReason })
  } else if (pickAfterMs !== undefined) {
    await tx.enqueue('begin-picking', { orderId }, { key: orderId, delayMs: pickAfterMs })
  }
}

async function endUnconfirmed(
  tx: Tx<OrderService>,
  orderId: OrderId,
  cause: string,
  at: Temporal.Instant,
): Promise<void> {
  const order = await lockOrder(tx, orderId)
  const { status, reason } = endWithoutConfirmation(order, cause)
  const { number, customerId } = order.resource
  await moveOrder(tx, orderId, { to: status, actor: 'order-fulfilment', reason, at })
  await tx.publish(status === 'cancelled' ? orderCancelled : orderRejected, orderId, {
    orderId,
    number,
    customerId,
    reason,
  })
  await eraseWhenCustomerIsErased(tx, orderId)
}
