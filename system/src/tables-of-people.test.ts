import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { topology } from './topology.ts'

/** Columns that name a person, or hold what only a person has. */
const personal = /\b(?:user_id|customer_id|account_id|owner_id|email|email_hash|mailbox|shipping_address|phone)\b/

/** The tables of a service that name people, and what its erasure does with them; a new one is decided on here. */
const decided: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  auth: {
    account_end: 'since when tokens count, by id alone, for a day',
    api_key: 'deleted',
    oidc_record: 'deleted',
    session: 'deleted',
  },
  notification: {
    notifications: 'deleted',
    preferences: 'deleted',
    unverified_mails: 'a keyed hash, for a day',
  },
  order: {
    erased_customers: 'the mark of the erasure',
    orders: 'the address is erased when the order has ended; the amounts are kept for the accounts',
    returns: 'the reason is erased',
  },
  payment: {
    payment_methods: 'deleted',
    payments: 'the amounts are kept for the accounts, by id alone',
  },
  pricing: {
    coupon_uses: 'the account is erased; the keyed hash stays until the promotion has ended',
    customers: 'deleted',
    quotes: 'deleted',
  },
  shipping: {
    erased_customers: 'the mark of the erasure',
    shipments: 'the address is erased when the shipment has ended',
  },
  user: {
    addresses: 'deleted',
    authentications: 'the address of the client is erased',
    links: 'deleted',
    loyalty_entries: 'points by order, by id alone',
    loyalty_purchases: 'points by order, by id alone',
    sign_in_failures: 'deleted',
    sign_in_locks: 'deleted',
    users: 'anonymised',
  },
}

/** The tables of some migrations that name people, without those that a later migration drops. */
function tablesOfPeople(migrations: string): string[] {
  const sql = migrations.replaceAll(/--.*$/gm, '')
  const made = [...sql.matchAll(/create table (?:if not exists )?(\w+)([^;]*);/g)]
  const grown = [...sql.matchAll(/alter table (\w+)[^;]*?add column ([^;]*);/g)]
  const dropped = new Set([...sql.matchAll(/drop table (?:if exists )?(\w+)/g)].map(([, table]) => table))
  const named = [...made, ...grown].flatMap(([, table = '', columns = '']) => (personal.test(columns) ? [table] : []))
  return [...new Set(named)].filter((table) => !dropped.has(table)).toSorted()
}

async function migrationsOf(folder: string): Promise<string> {
  const path = fileURLToPath(new URL(`../../${folder}/migrations/`, import.meta.url))
  const files = (await readdir(path)).filter((name) => name.endsWith('.sql')).toSorted()
  return (await Promise.all(files.map((name) => readFile(path + name, 'utf8')))).join('\n')
}

test('finds the tables that name people', () => {
  const sql = `
create table parcels (
  id uuid primary key,
  customer_id uuid not null
);
create table shelves (id uuid primary key);
create table old (email text);
drop table old;
alter table shelves add column owner_id uuid;`
  expect(tablesOfPeople(sql)).toEqual(['parcels', 'shelves'])
})

test.each(
  topology.filter(({ hasDatabase }) => hasDatabase).map(({ name, folder, contract }) => ({ name, folder, contract })),
)('$name erases, or keeps for a reason, each of its tables that names people', async ({ name, folder, contract }) => {
  const found = tablesOfPeople(await migrationsOf(folder))
  expect(found).toEqual(Object.keys(decided[name] ?? {}).toSorted())
  expect(contract?.personalData === 'none').toBe(found.length === 0)
})
