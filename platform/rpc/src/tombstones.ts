import type { WriteHandle } from '@stoa/contract'
import { platformError } from '@stoa/kernel'
import type { MigrationSet } from '@stoa/postgres'

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

/** The tables of RPC: the tombstones of compensated calls. */
export const rpcMigrations: MigrationSet = {
  name: 'rpc',
  migrations: [{ name: '0001-withdrawn-calls', sql: `${table}${enter}` }],
}

/**
 * Begins a transaction of a call that writes; returns false if another transaction of its key is open. A compensation leaves
 * a tombstone that is committed with its change; the action of that key throws AppError `request.withdrawn` from then on.
 */
export async function enterCall(
  tx: WriteHandle,
  { key, compensates }: { readonly key: string; readonly compensates: string | undefined },
): Promise<boolean> {
  const [row] = await tx.sql<{ state: 'busy' | 'withdrawn' | 'entered' }>`
    select enter_call(${compensates ?? key}, ${compensates !== undefined}) as state`
  if (row?.state === 'withdrawn') throw platformError('request.withdrawn', 'The call was withdrawn before it arrived.')
  return row?.state === 'entered'
}
