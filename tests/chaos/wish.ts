/** What a shopper wants under one key, and what came of it. */
export interface Wish {
  readonly key: string
  readonly customerId: string
  /** Which kind of shopping it is. */
  readonly kind: string
  readonly body: object
  /** What is put into a cart first, which is then checked out. */
  readonly inCart?: readonly { readonly sku: string; readonly quantity: number }[]
  /** Where it is sent, once that is known; an order by default. */
  path?: string
  /** The order that was acknowledged; undefined when it was refused, or never answered. */
  orderId?: string
  /** The code it was refused with. */
  refused?: string
  /** The status that the cancellation was answered with. */
  cancelled?: number
  /** Why it was given up without an answer. */
  unanswered?: string
}
