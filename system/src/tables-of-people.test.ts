import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { system as shop } from '@stoa/systems/shop'

/** Columns that name a person, or hold what only a person has. */
const personal =
  /\b(?:user_id|customer_id|account_id|owner_id|requested_by|acknowledged_by|created_by|evidence|email|email_hash|mailbox|shipping_address|phone)\b/

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

/** What the erasure of a service does with each of its tables that name people: its `tables-of-people.json`. */
async function decisionsOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const path = fileURLToPath(new URL(`../../${folder}/tables-of-people.json`, import.meta.url))
  if (!existsSync(path)) return {}
  return JSON.parse(await readFile(path, 'utf8')) as Record<string, string>
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
  shop.services
    .filter(({ hasDatabase }) => hasDatabase)
    .map(({ name, folder, contract }) => ({ name, folder, contract })),
)('$name erases, or keeps for a reason, each of its tables that names people', async ({ folder, contract }) => {
  const found = tablesOfPeople(await migrationsOf(folder))
  expect(found).toEqual(Object.keys(await decisionsOf(folder)).toSorted())
  expect(contract?.personalData === 'none').toBe(found.length === 0)
})
