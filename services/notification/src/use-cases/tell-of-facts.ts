import type { Calls, Consumer, PersonalData } from '@stoa/contract'
import type { NotificationService } from '@stoa/contracts/notification/service'
import { isAppError } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { moneyInWords, reasonInWords } from '../domain/delivery.ts'
import { erasePerson, listNotifications } from '../store/notifications.ts'
import { readPreferences } from '../store/preferences.ts'
import { tells } from './tell.ts'

interface OrderMove {
  readonly number: string
}

/** What people are told of, each fact by one message. */
export function facts(deps: Deps) {
  return {
    ...orderFacts(deps),
    userCreated: tells<'userCreated'>(deps, {
      kind: 'user.created',
      to: ({ userId }) => userId,
      variables: (_data, { name }) => ({ name }),
    }),
    userLocked: tells<'userLocked'>(deps, {
      kind: 'user.locked',
      to: ({ userId }) => userId,
      ask: (calls, { unlockId }) => findUnlockToken(calls, unlockId),
      variables: (_data, { name, asked }) => ({ name, ...asked }),
    }),
    refundProcessed: tells<'refundProcessed'>(deps, {
      kind: 'refund.processed',
      to: ({ customerId }) => customerId,
      variables: ({ amount }, { name, locale }) => ({ name, amount: moneyInWords(amount, locale) }),
    }),
    inventoryLowStock: tells<'inventoryLowStock'>(deps, {
      kind: 'inventory.low_stock',
      to: 'staff',
      variables: ({ sku, available, reorderPoint }) => ({
        sku,
        available: String(available),
        reorderPoint: String(reorderPoint),
      }),
    }),
    fraudDetected: tells<'fraudDetected'>(deps, {
      kind: 'fraud.detected',
      to: 'staff',
      variables: ({ paymentId, rules }) => ({ paymentId, rules: rules.join(', ') }),
    }),
    reconciliationFailed: tells<'reconciliationFailed'>(deps, {
      kind: 'reconciliation.failed',
      to: 'staff',
      variables: ({ kinds }) => ({ kinds: kinds.map(({ kind, count }) => `${count} ${kind}`).join(', ') }),
    }),
  }
}

/** The token of a lock's link; none when the lock is over, and then there is nothing to tell. */
async function findUnlockToken(calls: Calls<NotificationService['calls']>, unlockId: string) {
  try {
    const { token } = await calls.user.issueUnlockToken({ unlockId })
    return { unlockToken: token }
  } catch (error) {
    if (isAppError(error, 'user.token_invalid')) return undefined
    throw error
  }
}

function orderFacts(deps: Deps) {
  const ofOrder = ({ number }: OrderMove, { name }: { readonly name: string }) => ({ orderNumber: number, name })
  return {
    orderConfirmed: tells<'orderConfirmed'>(deps, {
      kind: 'order.confirmed',
      to: ({ customerId }) => customerId,
      variables: (data, reader) => ({ ...ofOrder(data, reader), total: moneyInWords(data.total, reader.locale) }),
    }),
    orderRejected: tells<'orderRejected'>(deps, {
      kind: 'order.rejected',
      to: ({ customerId }) => customerId,
      variables: (data, reader) => ({ ...ofOrder(data, reader), reason: reasonInWords(data.reason, reader.locale) }),
    }),
    orderShipped: tells<'orderShipped'>(deps, {
      kind: 'order.shipped',
      to: ({ customerId }) => customerId,
      variables: ofOrder,
    }),
    orderDelivered: tells<'orderDelivered'>(deps, {
      kind: 'order.delivered',
      to: ({ customerId }) => customerId,
      variables: ofOrder,
    }),
    orderCancelled: tells<'orderCancelled'>(deps, {
      kind: 'order.cancelled',
      to: ({ customerId }) => customerId,
      variables: ofOrder,
    }),
    orderReturned: tells<'orderReturned'>(deps, {
      kind: 'order.returned',
      to: ({ customerId }) => customerId,
      variables: ofOrder,
    }),
  }
}

export const eraseDeletedUser = (_deps: Deps): Consumer<NotificationService, 'userDeleted'> => ({
  apply: async ({ data }, tx) => erasePerson(tx, data.userId),
})

export const personalData = (_deps: Deps): PersonalData<NotificationService> => ({
  export: async (userId, db) => ({
    inbox: await listNotifications(db, { userId, limit: 10_000 }),
    preferences: (await readPreferences(db, userId)).preferences,
  }),
  erase: (tx, userId) => erasePerson(tx, userId),
})
