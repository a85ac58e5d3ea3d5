import type { WriteHandle } from '@stoa/contract'
import { platformError } from '@stoa/kernel'
import { sqlState, type MigrationSet } from '@stoa/postgres'

const table = `
create table withdrawn_call (
  key text primary key,
  withdrawn_at timestamptz not null default now()
);
comment on table withdrawn_call is 'Tombstones: the keys of calls that were compensated; such a call is refused, whenever it arrives';
`

// Each statement of the function has its own snapshot, so that the second sees what was committed before the first got the lock.
const enter = `
create function enter_call(action text, is_compensation boolean) returns text language plpgsql as $$
begin
  if not pg_try_advisory_xact_lock(hashtextextended('rpc:' || action, 0)) then return 'busy'; end if;
  if is_compensation then
    insert into withdrawn_call (key) values (action) on conflict do nothing;
  elsif exists (select from withdrawn_call where key = action) then
    return 'withdrawn';
  end if;
  return 'entered';
end
$$;
comment on function enter_call(text, boolean) is 'Begins a transaction of a call under the lock that an action shares with its compensation, which leaves a tombstone';
`

const busyState = 'S7001'
const withdrawnState = 'S7002'

// An error ends the transaction, so that what was sent behind it in the same round trip has no effect.
const begin = `
create function begin_call(action text, is_compensation boolean) returns void language plpgsql as $$
begin
  if not pg_try_advisory_xact_lock(hashtextextended('rpc:' || action, 0)) then
    raise exception 'another transaction of the call is open' using errcode = '${busyState}';
  end if;
  if is_compensation then
    insert into withdrawn_call (key) values (action) on conflict do nothing;
  elsif exists (select from withdrawn_call where key = action) then
    raise exception 'the call was withdrawn' using errcode = '${withdrawnState}';
  end if;
end
$$;
comment on function begin_call(text, boolean) is 'Begins a transaction of a call under the lock that an action shares with its compensation, which leaves a tombstone; ends it if it may not begin';
`

/** The tables of RPC: the tombstones of compensated calls. */
export const rpcMigrations: MigrationSet = {
  name: 'rpc',
  migrations: [
    { name: '0001-withdrawn-calls', sql: `${table}${enter}` },
    { name: '0002-begin-call', sql: begin },
  ],
}

/** Thrown when another transaction of the key of a call is open. */
export class CallBusy extends Error {}

/**
 * Runs a transaction of a call that writes, under the lock of its key. The lock is sent in one round trip with the first statements of
 * `change`, which have an effect only if it is free. A compensation leaves a tombstone that is committed with its change; the action
 * of that key throws AppError `request.withdrawn` from then on. @throws CallBusy
 */
export async function withinCall<T>(
  tx: WriteHandle,
  { key, compensates }: { readonly key: string; readonly compensates: string | undefined },
  change: () => Promise<T>,
): Promise<T> {
  const begun = tx.sql`select begin_call(${compensates ?? key}, ${compensates !== undefined})`.catch(explain)
  // awaited below, whatever becomes of the change
  begun.catch(() => {})
  try {
    const value = await change()
    await begun
    return value
  } catch (error) {
    // If the call has not begun, that is the cause of any other error.
    await begun
    throw error
  }
}

function explain(error: unknown): never {
  const state = sqlState(error)
  if (state === busyState) throw new CallBusy('another transaction of this call is open', { cause: error })
  if (state === withdrawnState)
    throw platformError('request.withdrawn', 'The call was withdrawn before it arrived.', { cause: error })
  throw error
}
