import type { Handler } from '@stoa/contract'
import type { NotificationService } from '@stoa/contracts/notification/service'
import { readPage } from '@stoa/service'
import { Type } from 'typebox'
import * as store from '../store/webhook-deliveries.ts'
import { findEndpoint } from '../store/webhook-endpoints.ts'

const none = {
  code: 'notification.webhook_delivery_not_found',
  detail: 'The endpoint has no delivery of this event.',
} as const

export const listWebhookDeliveries: Handler<NotificationService, 'listWebhookDeliveries'> = async ({
  params: { id },
  query,
  db,
  refuse,
}) => {
  if ((await findEndpoint(db, id)) === undefined) {
    return refuse('notification.webhook_endpoint_not_found', 'There is no webhook endpoint with this id.')
  }
  const read = (before: number | undefined, limit: number) =>
    store.listDeliveries(db, id, { state: query.state, before, limit })
  const { items, ...rest } = await readPage(query, Type.Integer(), read, ({ sequence }) => Number(sequence))
  return { status: 200, body: { items: items.map(store.shownDelivery), ...rest } }
}

export const getWebhookDelivery: Handler<NotificationService, 'getWebhookDelivery'> = async ({
  params,
  db,
  refuse,
}) => {
  const delivery = await store.findDelivery(db, params.id, params.eventId)
  return delivery === undefined ? refuse(none) : { status: 200, body: store.shownDelivery(delivery) }
}

export const redeliverWebhook: Handler<NotificationService, 'redeliverWebhook'> = async ({
  params: { id, eventId },
  commit,
  refuse,
}) =>
  commit(async (tx) => {
    if ((await store.findDelivery(tx, id, eventId)) === undefined) return refuse(none)
    if (await store.sendAgain(tx, id, eventId)) return { status: 202, id: eventId }
    return refuse('notification.webhook_delivery_pending', 'The event waits for its next attempt.')
  })

export const skipWebhook: Handler<NotificationService, 'skipWebhook'> = async ({
  params: { id, eventId },
  commit,
  refuse,
}) =>
  commit(async (tx) => {
    if ((await store.findDelivery(tx, id, eventId)) === undefined) return refuse(none)
    if (await store.skipDelivery(tx, id, eventId)) return { status: 200, id: eventId }
    return refuse('notification.webhook_delivery_not_pending', 'The event does not wait.')
  })
