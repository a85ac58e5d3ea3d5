import type { WriteHandle } from '@stoa/contract'

/** Notes a webhook by its id; false when it was taken before. */
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

/** Forgets webhooks that came before this time: by then their own timestamp keeps them out. */
export async function purgeWebhooks(tx: WriteHandle, before: Temporal.Instant): Promise<void> {
  await tx.sql`delete from received_webhooks where received_at < ${before}`
}
