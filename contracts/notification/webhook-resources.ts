import { closed, idSchema, InstantSchema, noteText } from '@stoa/contract'
import { Type, type Static } from 'typebox'

export const WebhookEndpointId = idSchema('webhook-endpoint')
export type WebhookEndpointId = Static<typeof WebhookEndpointId>

/** The most endpoints of a system. */
export const mostWebhookEndpoints = 100

/** The hours for which an endpoint may fail until it is paused. */
export const webhookFailureHours = 24

/** The hours for which webhooks are signed with the former secret as well, after a rotation. */
export const webhookSecretOverlapHours = 24

const EventTypes = Type.Array(
  Type.String({ maxLength: 100, pattern: '^[a-z][a-z0-9_]*\\.[a-z][a-z0-9_]*(/[1-9][0-9]?)?$' }),
  {
    minItems: 1,
    maxItems: 200,
    uniqueItems: true,
    description: 'types of published events, from major version 2 on with the version: order.created, order.created/2',
  },
)

const Url = Type.String({
  minLength: 9,
  maxLength: 2_000,
  pattern: '^https?://[^\\s]+$',
  description: 'an https URL of the Internet; outside production also one of this machine, with http or https',
})

const description = noteText(500, 0)

/** What staff set of an endpoint. */
export const NewWebhookEndpoint = Type.Object(
  { url: Url, types: EventTypes, description: Type.Optional(description) },
  closed,
)

/** The changes of an endpoint; a field that is left out stays. */
export const WebhookEndpointPatch = Type.Partial(
  Type.Object({
    url: Url,
    types: EventTypes,
    description,
    status: Type.Enum(['active', 'paused'], {
      description: 'a paused endpoint gets nothing; when it is active again, what has waited is sent in order',
    }),
  }),
  closed,
)

/** Why an endpoint is paused: staff paused it, it failed for a day, or it responded with 410 Gone. */
export const WebhookPauseReason = Type.Enum(['requested', 'failing', 'gone'])
export type WebhookPauseReason = Static<typeof WebhookPauseReason>

/** A URL that gets the events of some types. */
export const WebhookEndpoint = Type.Object({
  id: WebhookEndpointId,
  url: Type.String(),
  types: Type.Array(Type.String()),
  description: Type.String(),
  status: Type.Enum(['active', 'paused']),
  pauseReason: Type.Optional(WebhookPauseReason),
  pausedAt: Type.Optional(InstantSchema),
  failingSince: Type.Optional(
    Type.String({ ...InstantSchema, description: 'since when no attempt has succeeded; missing while they succeed' }),
  ),
  formerSecretUntil: Type.Optional(
    Type.String({ ...InstantSchema, description: 'until when webhooks are signed with the former secret as well' }),
  ),
  dropped: Type.Integer({
    description: 'webhooks that were never sent, because they waited for too long or were too many',
  }),
  createdAt: InstantSchema,
})
export type WebhookEndpoint = Static<typeof WebhookEndpoint>

/** An endpoint with its secret, which is shown only once. */
export const WebhookEndpointWithSecret = Type.Object({
  ...WebhookEndpoint.properties,
  secret: Type.String({ description: 'the secret of the signatures, as Standard Webhooks writes it' }),
})

/** What has become of an event for an endpoint: it waits, was accepted, was skipped by staff, or is no longer in the event log. */
export const WebhookDeliveryState = Type.Enum(['pending', 'delivered', 'skipped', 'expired'])
export type WebhookDeliveryState = Static<typeof WebhookDeliveryState>

/** An event for an endpoint, and what became of it. */
export const WebhookDelivery = Type.Object({
  endpointId: WebhookEndpointId,
  eventId: Type.String({ format: 'uuid', description: 'id of the event, and the webhook-id of every attempt' }),
  type: Type.String(),
  state: WebhookDeliveryState,
  attempts: Type.Integer(),
  eventAt: InstantSchema,
  attemptedAt: Type.Optional(InstantSchema),
  nextAttemptAt: Type.Optional(
    Type.String({ ...InstantSchema, description: 'of the first that waits, after an attempt failed' }),
  ),
  statusCode: Type.Optional(Type.Integer({ description: 'of the response to the last attempt' })),
  responseMs: Type.Optional(Type.Integer({ description: 'how long the response to the last attempt took' })),
  error: Type.Optional(Type.String({ description: 'why there was no response to the last attempt' })),
})
export type WebhookDelivery = Static<typeof WebhookDelivery>
