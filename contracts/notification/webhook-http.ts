import { closed, get, PageQuery, pageSchema, patch, post, remove } from '@stoa/contract'
import { Type } from 'typebox'
import {
  NewWebhookEndpoint,
  WebhookDelivery,
  WebhookDeliveryState,
  WebhookEndpoint,
  WebhookEndpointId,
  WebhookEndpointPatch,
  WebhookEndpointWithSecret,
} from './webhook-resources.ts'

const permission = 'webhook:manage'
const ofEndpoint = { id: WebhookEndpointId }
const ofDelivery = { ...ofEndpoint, eventId: WebhookDelivery.properties.eventId }

/** POST /api/v1/webhook-endpoints */
export const createWebhookEndpoint = post('/api/v1/webhook-endpoints', {
  summary: 'Register a URL that gets the events of some types; its secret is shown only in this response',
  permission,
  audited: true,
  owner: 'none',
  // a record would keep the secret that is shown once
  idempotencyKey: 'none',
  rateClass: 'critical',
  body: NewWebhookEndpoint,
  answers: { 201: WebhookEndpointWithSecret },
  refuses: [
    'notification.webhook_url_refused',
    'notification.webhook_type_unknown',
    'notification.too_many_webhook_endpoints',
  ],
})

/** GET /api/v1/webhook-endpoints */
export const listWebhookEndpoints = get('/api/v1/webhook-endpoints', {
  summary: 'List the endpoints of webhooks, newest first',
  permission,
  owner: 'none',
  query: Type.Object({ ...PageQuery }, closed),
  answers: { 200: pageSchema(WebhookEndpoint) },
})

/** GET /api/v1/webhook-endpoints/{id} */
export const getWebhookEndpoint = get('/api/v1/webhook-endpoints/{id}', {
  params: ofEndpoint,
  summary: 'Read an endpoint of webhooks',
  permission,
  owner: 'none',
  answers: { 200: WebhookEndpoint },
  refuses: ['notification.webhook_endpoint_not_found'],
})

/** PATCH /api/v1/webhook-endpoints/{id} */
export const patchWebhookEndpoint = patch('/api/v1/webhook-endpoints/{id}', {
  params: ofEndpoint,
  summary: 'Change an endpoint of webhooks, pause or resume it',
  permission,
  audited: true,
  owner: 'none',
  body: WebhookEndpointPatch,
  answers: { 200: WebhookEndpoint },
  answersWith: 'getWebhookEndpoint',
  refuses: [
    'notification.webhook_endpoint_not_found',
    'notification.webhook_url_refused',
    'notification.webhook_type_unknown',
  ],
})

/** DELETE /api/v1/webhook-endpoints/{id} */
export const deleteWebhookEndpoint = remove('/api/v1/webhook-endpoints/{id}', {
  params: ofEndpoint,
  summary: 'Delete an endpoint of webhooks, with its log',
  permission,
  audited: true,
  owner: 'none',
  answers: { 204: null },
  refuses: ['notification.webhook_endpoint_not_found'],
})

/** POST /api/v1/webhook-endpoints/{id}/rotate-secret */
export const rotateWebhookSecret = post('/api/v1/webhook-endpoints/{id}/rotate-secret', {
  params: ofEndpoint,
  summary:
    'Give an endpoint another secret, which is shown only in this response; for a day the former one signs as well',
  permission,
  audited: true,
  owner: 'none',
  idempotencyKey: 'none',
  rateClass: 'critical',
  answers: { 201: WebhookEndpointWithSecret },
  refuses: ['notification.webhook_endpoint_not_found'],
})

/** GET /api/v1/webhook-endpoints/{id}/deliveries */
export const listWebhookDeliveries = get('/api/v1/webhook-endpoints/{id}/deliveries', {
  params: ofEndpoint,
  summary: 'List the deliveries of an endpoint, the last to be sent first',
  permission,
  owner: 'none',
  query: Type.Object({ ...PageQuery, state: Type.Optional(WebhookDeliveryState) }, closed),
  answers: { 200: pageSchema(WebhookDelivery) },
  refuses: ['notification.webhook_endpoint_not_found'],
})

/** GET /api/v1/webhook-endpoints/{id}/deliveries/{eventId} */
export const getWebhookDelivery = get('/api/v1/webhook-endpoints/{id}/deliveries/{eventId}', {
  params: ofDelivery,
  summary: 'Read what became of an event for an endpoint',
  permission,
  owner: 'none',
  answers: { 200: WebhookDelivery },
  refuses: ['notification.webhook_delivery_not_found'],
})

/** POST /api/v1/webhook-endpoints/{id}/deliveries/{eventId}/redeliver */
export const redeliverWebhook = post('/api/v1/webhook-endpoints/{id}/deliveries/{eventId}/redeliver', {
  params: ofDelivery,
  summary: 'Send an event to an endpoint again, with the same webhook-id, after those that wait',
  permission,
  audited: true,
  owner: 'none',
  answers: { 202: WebhookDelivery },
  answersWith: 'getWebhookDelivery',
  refuses: ['notification.webhook_delivery_not_found', 'notification.webhook_delivery_pending'],
})

/** POST /api/v1/webhook-endpoints/{id}/deliveries/{eventId}/skip */
export const skipWebhook = post('/api/v1/webhook-endpoints/{id}/deliveries/{eventId}/skip', {
  params: ofDelivery,
  summary: 'Do not send an event that waits, so that those after it are sent',
  permission,
  audited: true,
  owner: 'none',
  answers: { 200: WebhookDelivery },
  answersWith: 'getWebhookDelivery',
  refuses: ['notification.webhook_delivery_not_found', 'notification.webhook_delivery_not_pending'],
})
