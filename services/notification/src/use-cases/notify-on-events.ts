import type { PersonalData } from '@stoa/contract'
import { account } from '@stoa/contracts/gateway/apps'
import type { NotificationService } from '@stoa/contracts/notification/service'
import type { Deps } from '../deps.ts'
import { moneyInWords, reasonInWords } from '../domain/delivery.ts'
import { erasePerson, listNotifications } from '../store/notifications.ts'
import { readPreferences } from '../store/preferences.ts'
import { alertFacts } from './alert-facts.ts'
import { disputeFacts } from './dispute-facts.ts'
import { notifyOn } from './notify.ts'
import { reportFacts } from './report-facts.ts'
import { ticketFacts } from './ticket-facts.ts'

interface OrderMove {
  readonly number: string
}

/** What people are told of, each fact by one message. */
export function facts(deps: Deps) {
  return {
    ...orderFacts(deps),
    ...moneyFacts(deps),
    ...disputeFacts(deps),
    ...ticketFacts(deps),
    ...reportFacts(deps),
    ...alertFacts(deps),
    ...securityFacts(deps),
    userCreated: notifyOn<'userCreated'>(deps, {
      kind: 'user.created',
      // in the inbox only: the address is not verified yet, and a guest reads no inbox
      to: ({ kind, userId }) => (kind === 'guest' ? undefined : userId),
      by: 'in_app',
      variables: (_data, { name }) => ({ name }),
    }),
    inventoryLowStock: notifyOn<'inventoryLowStock'>(deps, {
      kind: 'inventory.low_stock',
      to: 'staff',
      variables: ({ sku, available, reorderPoint }) => ({
        sku,
        available: String(available),
        reorderPoint: String(reorderPoint),
      }),
    }),
    fraudDetected: notifyOn<'fraudDetected'>(deps, {
      kind: 'fraud.detected',
      to: 'staff',
      variables: ({ paymentId, rules }) => ({ paymentId, rules: rules.join(', ') }),
    }),
    reconciliationFailed: notifyOn<'reconciliationFailed'>(deps, {
      kind: 'reconciliation.failed',
      to: 'staff',
      variables: ({ kinds, carts = 0 }) => {
        const all = carts === 0 ? kinds : [...kinds, { kind: 'cart.order_differs', count: carts }]
        return { kinds: all.map(({ kind, count }) => `${count} ${kind}`).join(', ') }
      },
    }),
  }
}

/** What concerns the security of an account. */
function securityFacts(deps: Deps) {
  return {
    userLocked: notifyOn<'userLocked'>(deps, {
      kind: 'user.locked',
      to: ({ userId }) => userId,
      link: ({ unlockId }) => unlockId,
      variables: (_data, { name }) => ({ name }),
    }),
    mfaEnabled: notifyOn<'mfaEnabled'>(deps, {
      kind: 'user.mfa_enabled',
      to: ({ userId }) => userId,
      variables: (_data, { name }) => ({ name }),
    }),
    mfaDisabled: notifyOn<'mfaDisabled'>(deps, {
      kind: 'user.mfa_disabled',
      to: ({ userId }) => userId,
      variables: (_data, { name }) => ({ name }),
    }),
    passkeyAdded: notifyOn<'passkeyAdded'>(deps, {
      kind: 'user.passkey_added',
      to: ({ userId }) => userId,
      variables: (_data, { name }) => ({ name }),
    }),
    passkeyRemoved: notifyOn<'passkeyRemoved'>(deps, {
      kind: 'user.passkey_removed',
      to: ({ userId }) => userId,
      variables: (_data, { name }) => ({ name }),
    }),
    emailVerificationRequested: notifyOn<'emailVerificationRequested'>(deps, {
      kind: 'user.email_verification_requested',
      to: ({ userId }) => userId,
      link: ({ linkId }) => linkId,
      variables: (_data, { name }) => ({ name }),
    }),
    passwordResetRequested: notifyOn<'passwordResetRequested'>(deps, {
      kind: 'user.password_reset_requested',
      to: ({ userId }) => userId,
      link: ({ linkId }) => linkId,
      variables: (_data, { name }) => ({ name }),
    }),
    apiKeyCreated: notifyOn<'apiKeyCreated'>(deps, {
      kind: 'api_key.created',
      to: ({ userId }) => userId,
      variables: ({ scopes }, { name }) => ({ name, scopes: scopes.join(', ') }),
    }),
  }
}

function orderFacts(deps: Deps) {
  const ofOrder = ({ number }: OrderMove, { name }: { readonly name: string }) => ({ orderNumber: number, name })
  return {
    orderConfirmed: notifyOn<'orderConfirmed'>(deps, {
      kind: 'order.confirmed',
      to: ({ customerId }) => customerId,
      variables: (data, reader) => ({ ...ofOrder(data, reader), total: moneyInWords(data.total, reader.locale) }),
    }),
    orderRejected: notifyOn<'orderRejected'>(deps, {
      kind: 'order.rejected',
      to: ({ customerId }) => customerId,
      variables: (data, reader) => ({ ...ofOrder(data, reader), reason: reasonInWords(data.reason, reader.locale) }),
    }),
    orderShipped: notifyOn<'orderShipped'>(deps, {
      kind: 'order.shipped',
      to: ({ customerId }) => customerId,
      variables: ofOrder,
    }),
    orderDelivered: notifyOn<'orderDelivered'>(deps, {
      kind: 'order.delivered',
      to: ({ customerId }) => customerId,
      variables: ofOrder,
    }),
    orderCancelled: notifyOn<'orderCancelled'>(deps, {
      kind: 'order.cancelled',
      to: ({ customerId }) => customerId,
      variables: ofOrder,
    }),
    orderReturned: notifyOn<'orderReturned'>(deps, {
      kind: 'order.returned',
      to: ({ customerId }) => customerId,
      variables: ofOrder,
    }),
  }
}

function moneyFacts(deps: Deps) {
  return {
    refundProcessed: notifyOn<'refundProcessed'>(deps, {
      kind: 'refund.processed',
      to: ({ customerId }) => customerId,
      variables: ({ amount }, { name, locale }) => ({ name, amount: moneyInWords(amount, locale) }),
    }),
    refundFailed: notifyOn<'refundFailed'>(deps, {
      kind: 'refund.failed',
      to: 'staff',
      variables: ({ paymentId, amount }, { locale }) => ({ paymentId, amount: moneyInWords(amount, locale) }),
    }),
    invoiceIssued: notifyOn<'invoiceIssued'>(deps, {
      kind: 'invoice.issued',
      to: ({ customerId }) => customerId,
      variables: ({ invoiceId, number, orderNumber }, { name }) => ({
        name,
        invoiceNumber: number,
        orderNumber,
        // a page that signs in: the addresses of the API need an access token
        link: `${deps.publicUrl}${account.path}/invoices/${invoiceId}`,
      }),
    }),
  }
}

export const personalData: PersonalData<NotificationService> = {
  export: async (userId, db) => ({
    inbox: await listNotifications(db, { userId, limit: 10_000 }),
    preferences: (await readPreferences(db, userId)).preferences,
  }),
  erase: erasePerson,
}
