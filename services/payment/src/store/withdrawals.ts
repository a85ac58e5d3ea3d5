import type { ReadHandle, WriteHandle } from '@stoa/contract'

/** Leaves a tombstone under the key of an action: one that comes later is refused. */
export async function withdrawAction(tx: WriteHandle, actionKey: string, at: Temporal.Instant): Promise<void> {
  await tx.sql`insert into withdrawn_actions (action_key, at) values (${actionKey}, ${at}) on conflict do nothing`
}

/** Whether the action of this key was undone. */
export async function isWithdrawn(db: ReadHandle, actionKey: string): Promise<boolean> {
  const rows = await db.sql`select 1 from withdrawn_actions where action_key = ${actionKey}`
  return rows.length > 0
}
