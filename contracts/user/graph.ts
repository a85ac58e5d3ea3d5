import { callerId, type Graph } from '@stoa/contract'
import { Address, User } from './resources.ts'

/** What user contributes to the graph. */
export const userGraph: Graph = {
  types: { User, Address },
  queries: {
    me: { operation: 'getUser', with: { id: callerId } },
    user: { operation: 'getUser' },
    users: { operation: 'listUsers' },
  },
  relations: {
    User: {
      addresses: { operation: 'listAddresses', with: { userId: 'id' } },
      orders: { service: 'order', operation: 'listUserOrders', with: { userId: 'id' } },
    },
    Address: { user: { operation: 'getUser', with: { id: 'userId' } } },
  },
}
