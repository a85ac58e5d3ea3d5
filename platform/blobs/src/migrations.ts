import type { MigrationSet } from '@stoa/postgres'

const createBlobs = `
  create table public.blobs (
    id uuid primary key,
    shelf text not null,
    media_type text not null,
    size_bytes bigint not null,
    -- null while the content is on its way
    sha256 text,
    -- received: no row names it yet; kept: one does; dropped: none does any more
    state text not null default 'received' check (state in ('received', 'kept', 'dropped')),
    changed_at timestamptz not null default now()
  );
  create index blobs_to_remove on public.blobs (changed_at) where state <> 'kept';
  comment on table public.blobs is 'Every object in the store: its row is written before the object, and removed after it';
`

const createOwner = `
  create table public.blob_owner (id uuid primary key default gen_random_uuid());
  insert into public.blob_owner default values;
  comment on table public.blob_owner is 'Names this database in the store, whose objects belong to one database';
`

/** The tables of a service that stores blobs. */
export const blobsMigrations: MigrationSet = {
  name: 'blobs',
  migrations: [
    { name: '0001-create-blobs', sql: createBlobs },
    { name: '0002-create-owner', sql: createOwner },
  ],
}
