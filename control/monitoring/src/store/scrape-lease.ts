import type { WriteHandle } from '@stoa/contract'
import type { Database } from '@stoa/postgres'

// By the clock of the database: those of the replicas may differ.

/** Takes or renews the lease; false if another replica holds it. */
export async function holdLease(tx: WriteHandle, holder: string, leaseMs: number): Promise<boolean> {
  const rows = await tx.sql`
    insert into scrape_lease as lease (holder, held_until)
    values (${holder}, clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond')
        on conflict (id) do update set holder = excluded.holder, held_until = excluded.held_until
     where lease.holder = excluded.holder or lease.held_until < clock_timestamp()
        -- longer than any lease: the clock was set back
        or lease.held_until > clock_timestamp() + interval '1 hour'
    returning 1`
  return rows.length > 0
}

/** Locks the lease until the end of the transaction; false if another replica holds it, or could have held it. */
export async function lockLease(tx: WriteHandle, holder: string): Promise<boolean> {
  const rows = await tx.sql`
    select from scrape_lease where holder = ${holder} and held_until >= clock_timestamp() for update`
  return rows.length > 0
}

/** Gives the lease back. */
export async function releaseLease(tx: WriteHandle, holder: string): Promise<void> {
  await tx.sql`update scrape_lease set held_until = '-infinity' where holder = ${holder}`
}

/** Does work that may take longer than the lease, which is renewed meanwhile; undefined if another replica holds it. */
export async function whileHolding<T>(
  database: Pick<Database, 'transaction'>,
  { holder, leaseMs }: { readonly holder: string; readonly leaseMs: number },
  work: () => Promise<T>,
): Promise<T | undefined> {
  const hold = () => database.transaction((tx) => holdLease(tx, holder, leaseMs))
  if (!(await hold())) return undefined
  let renewed: Promise<unknown> = Promise.resolve()
  // If it fails, the lease ends, and what is written with it is refused.
  const timer = setInterval(() => {
    renewed = renewed.then(hold).catch(() => {})
  }, leaseMs / 4)
  try {
    return await work()
  } finally {
    clearInterval(timer)
    await renewed
  }
}
