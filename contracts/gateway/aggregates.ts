/** A response that is made of several reads: a query of the graph. */
export interface Aggregate {
  /** Its variables are the parameters of the path, and `isSignedIn`. */
  readonly query: string
  /** The part without which there is no response: its problem is that of the whole. */
  readonly main?: string
}

const product = 'id name category price { amount currency } variants { sku name }'
const money = '{ amount currency }'
const line = `sku name quantity unitPrice ${money} total ${money} product { id name }`

/** What the operations of the same name return. */
export const aggregates: Readonly<Record<string, Aggregate>> = {
  getHome: {
    query: `query ($isSignedIn: Boolean!) {
      categories { items { path name parent } }
      products(limit: 12, sort: "newest") { items { ${product} } }
      me @include(if: $isSignedIn) { id name tier loyaltyPoints }
      orders(limit: 3) @include(if: $isSignedIn) { items { id number status total ${money} createdAt } }
    }`,
  },
  getOrderPage: {
    query: `query ($id: ID!) {
      order(id: $id) {
        id number status reason createdAt subtotal ${money} discount ${money} tax ${money} shipping ${money} total ${money}
        items { ${line} }
        timeline { items { at status reason } }
      }
      shipments(orderId: $id, limit: 20) { items { id status carrier method trackingNumber tracking { items { at event place } } } }
      payments(orderId: $id, limit: 20) { items { id status amount ${money} captured ${money} refunded ${money} } }
      invoices(orderId: $id, limit: 20) { items { id kind number total ${money} } }
    }`,
    main: 'order',
  },
}
