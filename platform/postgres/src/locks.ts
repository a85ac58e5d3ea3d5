import type { WriteHandle } from '@stoa/contract'

/**
 * Waits for the advisory lock of this name and holds it until the transaction ends. Names are hashed to 64 bits, so two
 * names can, very rarely, share a lock: that costs waiting, never correctness.
 */
export async function advisoryXactLock(tx: WriteHandle, name: string): Promise<void> {
  await tx.sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`
}

/** Takes the advisory lock until the end of the transaction if it is free; returns whether it did. */
export async function tryAdvisoryXactLock(tx: WriteHandle, name: string): Promise<boolean> {
  const [row] = await tx.sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${name}, 0)) as locked`
  return row?.locked === true
}

/** As `advisoryXactLock`, but shared with others that share it. Those that come after one that waits for it alone wait behind that. */
export async function advisoryXactLockShared(tx: WriteHandle, name: string): Promise<void> {
  await tx.sql`select pg_advisory_xact_lock_shared(hashtextextended(${name}, 0))`
}
