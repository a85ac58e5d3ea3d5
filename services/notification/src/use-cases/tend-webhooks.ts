import { isDeepStrictEqual } from 'node:util'
import type { ReadHandle, TaskHandler } from '@stoa/contract'
import { mostWebhookEndpoints } from '@stoa/contracts/notification/webhook-resources'
import type { NotificationService } from '@stoa/contracts/notification/service'
import type { Deps } from '../deps.ts'
import { listEndpoints, type EndpointRow } from '../store/webhook-endpoints.ts'
import {
  deleteForgotten,
  deleteOldDeliveries,
  deleteSurplus,
  replaceSealed,
  type Removal,
  type Sealed,
} from '../store/webhook-upkeep.ts'
import { openSecret } from '../webhooks/secrets.ts'

/** Webhooks that may wait for an endpoint. */
export const mostPending = 100_000

/** So many at once that a transaction is short. */
const portion = 10_000

/** Removes what has outlived the retention of the log or waits in too great a number, and encrypts secrets with the first key. */
export const tendWebhooks =
  (deps: Deps): TaskHandler<NotificationService, 'tend-webhooks'> =>
  async ({ db, commit }) => {
    const { clock, database, webhooks, logger } = deps
    const before = clock.now().subtract({ hours: 24 * webhooks.retentionDays })
    await inPortions(() => database.transaction((tx) => deleteForgotten(tx, portion)))
    for (const remove of [
      () => database.transaction((tx) => deleteOldDeliveries(tx, before, portion)),
      () => database.transaction((tx) => deleteSurplus(tx, mostPending, portion)),
    ]) {
      await inPortions(async () => {
        const { deleted, dropped } = await remove()
        report(logger, dropped)
        return deleted
      })
    }
    const changed = await sealedAnew(deps, db)
    await commit(async (tx) => {
      for (const { id, ...sealed } of changed) await replaceSealed(tx, id, sealed)
    })
  }

async function inPortions(remove: () => Promise<number>): Promise<void> {
  while ((await remove()) >= portion);
}

function report(logger: Deps['logger'], dropped: Removal['dropped']): void {
  for (const { endpointId, count } of dropped) {
    logger.warn('webhooks were dropped that waited for too long or were too many', { endpointId, count })
  }
}

async function sealedAnew({ webhooks: { secretKeys } }: Deps, db: ReadHandle) {
  const seal = (id: string, sealed: Buffer) => openSecret(secretKeys, id, sealed).sealedAnew ?? sealed
  const endpoints: readonly EndpointRow[] = await listEndpoints(db, undefined, mostWebhookEndpoints)
  return endpoints.flatMap(({ id, secret, former_secret, earlier_secrets }) => {
    const from: Sealed = { secret, former_secret, earlier_secrets }
    const to: Sealed = {
      secret: seal(id, secret),
      former_secret: former_secret === null ? null : seal(id, former_secret),
      earlier_secrets: earlier_secrets.map((each) => {
        return { ...each, secret: seal(id, Buffer.from(each.secret, 'base64')).toString('base64') }
      }),
    }
    return isDeepStrictEqual(from, to) ? [] : [{ id, from, to }]
  })
}
