import type { WriteHandle } from '@stoa/contract'
import { fragment } from '@stoa/postgres'

type Kind = 'price' | 'tax' | 'charge' | 'currency'

/**
 * SQL of the first version of what is made under a natural key: beyond those of what was deleted under it, so that an
 * ETag of the one never matches the other.
 */
export function nextVersion(kind: Kind, key: string) {
  return fragment`coalesce((select version from last_versions where kind = ${kind} and key = ${key}), 0) + 1`
}

/** Keeps the last version of what is deleted. */
export async function keepVersion(tx: WriteHandle, kind: Kind, key: string, version: number): Promise<void> {
  await tx.sql`
    insert into last_versions (kind, key, version) values (${kind}, ${key}, ${version})
    on conflict (kind, key) do update set version = excluded.version`
}
