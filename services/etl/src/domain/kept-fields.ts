import { etl } from '@stoa/contracts/etl/service'

const orderFields = ['orderId', 'number']
const orderFacts = [...orderFields, 'total', 'lines', 'shipping', 'tax', 'country', 'region', 'channel']
const refundFacts = ['refundId', 'paymentId', 'orderId', 'amount', 'returnId']
const disputeFacts = ['disputeId', 'paymentId', 'orderId', 'amount', 'provider', 'reasonCode']
const paymentFacts = ['paymentId', 'orderId', 'amount', 'provider', 'methodKind']

/**
 * The fields of each event that the lake keeps. A field that is not listed never reaches it: neither the ids of customers nor free text,
 * which may name people, nor what a later version of an event adds. So the erasure of a person has nothing to do here.
 */
const keptFields: Readonly<Record<string, readonly string[]>> = {
  'order.created': orderFacts,
  'order.confirmed': orderFacts,
  'order.completed': orderFacts,
  'order.rejected': orderFields,
  'order.cancelled': orderFields,
  'order.shipped': orderFields,
  'order.delivered': orderFields,
  'order.returned': [...orderFields, 'lines', 'all'],
  'payment.initiated': paymentFacts,
  'payment.completed': paymentFacts,
  'payment.failed': [...paymentFacts, 'code'],
  'refund.processed': refundFacts,
  'refund.failed': refundFacts,
  'dispute.opened': [...disputeFacts, 'isInquiry', 'evidenceDueBy'],
  'dispute.closed': [...disputeFacts, 'outcome'],
  'product.created': ['productId', 'version', 'status', 'name', 'category', 'taxClass', 'variants'],
  'product.updated': ['productId', 'version', 'status', 'name', 'category', 'taxClass', 'variants'],
  'product.deleted': ['productId', 'skus'],
  'inventory.cost_changed': ['sku', 'unitCost'],
}

/** Every type of event that goes into the lake. */
export const lakeEventTypes: readonly string[] = Object.values(etl.batches.events.events).map(({ type }) => type)

/** What the lake keeps of the data of an event. @throws Error for a type whose fields are not listed */
export function keptData(type: string, data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields = keptFields[type]
  if (fields === undefined) throw new Error(`the fields of ${type} that the lake keeps are not listed`)
  return Object.fromEntries(fields.filter((field) => data[field] !== undefined).map((field) => [field, data[field]]))
}
