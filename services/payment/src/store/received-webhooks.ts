import type { WriteHandle } from '@stoa/contract'

/** Stores the id of a webhook; returns false if it was received before. */
export async function takeWebhook(
  tx: WriteHandle,
  provider: string,
  messageId: string,
  at: Temporal.Instant,
): Promise<boolean> {
  const rows = await tx.sql`
    insert into received_webhooks (provider, message_id, received_at) values (${provider}, ${messageId}, ${at})
    on conflict do nothing returning 1 as taken`
  return rows.length > 0
}

/** Deletes ids of webhooks received before this time, whose timestamps are then too old to be accepted. */
export async function purgeWebhooks(tx: WriteHandle, before: Temporal.Instant): Promise<void> {
  await tx.sql`delete from received_webhooks where received_at < ${before}`
}
