import type { Handler } from '@stoa/contract'
import {
  mostWebhookEndpoints,
  webhookSecretOverlapHours,
  type WebhookEndpointId,
} from '@stoa/contracts/notification/webhook-resources'
import type { NotificationService } from '@stoa/contracts/notification/service'
import { makeWebhookSecret } from '@stoa/security'
import { readPageById, requireVersion } from '@stoa/service'
import type { Deps } from '../deps.ts'
import { whyRefused } from '../webhooks/webhook-url.ts'
import * as store from '../store/webhook-endpoints.ts'
import { sealSecret } from '../webhooks/secrets.ts'

const none = {
  code: 'notification.webhook_endpoint_not_found',
  detail: 'There is no webhook endpoint with this id.',
} as const

export const listWebhookEndpoints: Handler<NotificationService, 'listWebhookEndpoints'> = async ({ query, db }) => {
  const read = async (after: string | undefined, limit: number) =>
    (await store.listEndpoints(db, after, limit)).map(store.shownEndpoint)
  return { status: 200, body: await readPageById(query, read) }
}

export const getWebhookEndpoint: Handler<NotificationService, 'getWebhookEndpoint'> = async ({
  params,
  db,
  refuse,
}) => {
  const endpoint = await store.findEndpoint(db, params.id)
  if (endpoint === undefined) return refuse(none)
  return { status: 200, body: store.shownEndpoint(endpoint), version: endpoint.version }
}

/** What is wrong with the URL and the types of a request. */
function faultsOf({ webhooks: { reach, publishedTypes } }: Deps, { url, types = [] }: store.EndpointChange) {
  const refusal = url === undefined ? undefined : whyRefused(url, reach)
  if (refusal !== undefined) {
    const fields = [{ pointer: '/url', detail: refusal }]
    return { code: 'notification.webhook_url_refused', detail: `The URL ${refusal}.`, more: { fields } } as const
  }
  const fields = types.flatMap((type, index) =>
    publishedTypes.has(type) ? [] : [{ pointer: `/types/${index}`, detail: `no service publishes ${type}` }],
  )
  if (fields.length === 0) return undefined
  const detail = 'No service publishes events of some of the types.'
  return { code: 'notification.webhook_type_unknown', detail, more: { fields } } as const
}

export const createWebhookEndpoint =
  (deps: Deps): Handler<NotificationService, 'createWebhookEndpoint'> =>
  async ({ body: { url, types, description = '' }, commit, refuse }) => {
    const fault = faultsOf(deps, { url, types })
    if (fault !== undefined) return refuse(fault.code, fault.detail, fault.more)
    const { clock, newId, webhooks } = deps
    const id = newId() as WebhookEndpointId
    const secret = makeWebhookSecret()
    const sealed = sealSecret(webhooks.secretKeys, id, secret)
    return commit(async (tx) => {
      const endpoint = { id, url, types, description, secret: sealed, created_at: clock.now() }
      const stored = await store.insertEndpoint(tx, endpoint, mostWebhookEndpoints)
      if (stored === undefined) {
        return refuse('notification.too_many_webhook_endpoints', `There are ${mostWebhookEndpoints} webhook endpoints.`)
      }
      return { status: 201, body: { ...store.shownEndpoint(stored), secret } }
    })
  }

export const patchWebhookEndpoint =
  (deps: Deps): Handler<NotificationService, 'patchWebhookEndpoint'> =>
  async ({ params: { id }, body, expectedVersion, commit, refuse }) => {
    const fault = faultsOf(deps, body)
    if (fault !== undefined) return refuse(fault.code, fault.detail, fault.more)
    return commit(async (tx) => {
      const endpoint = await store.lockEndpoint(tx, id)
      if (endpoint === undefined) return refuse(none)
      requireVersion(expectedVersion, endpoint, 'webhook endpoint')
      await store.changeEndpoint(tx, endpoint, body, deps.clock.now())
      return { status: 200, id }
    })
  }

export const rotateWebhookSecret =
  ({ clock, webhooks }: Deps): Handler<NotificationService, 'rotateWebhookSecret'> =>
  async ({ params: { id }, commit, refuse }) => {
    const secret = makeWebhookSecret()
    return commit(async (tx) => {
      const endpoint = await store.lockEndpoint(tx, id)
      if (endpoint === undefined) return refuse(none)
      const at = clock.now()
      const sealed = sealSecret(webhooks.secretKeys, id, secret)
      const formerUntil = at.add({ hours: webhookSecretOverlapHours })
      const changed = await store.replaceSecret(tx, endpoint, { secret: sealed, at, formerUntil })
      return { status: 201, body: { ...store.shownEndpoint(changed), secret } }
    })
  }

export const deleteWebhookEndpoint =
  ({ clock }: Deps): Handler<NotificationService, 'deleteWebhookEndpoint'> =>
  async ({ params: { id }, expectedVersion, commit, refuse }) =>
    commit(async (tx) => {
      const endpoint = await store.lockEndpoint(tx, id)
      if (endpoint === undefined) return refuse(none)
      requireVersion(expectedVersion, endpoint, 'webhook endpoint')
      await store.markDeleted(tx, id, clock.now())
      return { status: 204 }
    })
