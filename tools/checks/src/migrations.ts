import { glob, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { findLongLocks, neverNullIn } from './migration-locks.ts'
import { statementsOf } from './migration-statements.ts'

/**
 * Migrations that took something away before this was checked. Their text cannot change any more: its checksum is recorded in
 * every database they were applied to.
 */
const earlier: Readonly<Record<string, string>> = {
  'services/inventory/migrations/0004-create-product-views.sql': 'before the first release',
  'services/pricing/migrations/0005-bound-dates.sql': 'before the first release',
  'services/pricing/migrations/0007-key-sellable-by-product.sql': 'before the first release',
  'services/user/migrations/0006-create-links.sql': 'before the first release',
}

/** Migrations that took long locks or wrote tables anew before this was checked, likewise. */
const earlierLocks: Readonly<Record<string, string>> = {
  'control/auth/migrations/0009-index-all-sessions.sql': 'before the first release',
  'control/monitoring/migrations/0003-erase-accounts.sql': 'before the first release',
  'services/datamart/migrations/0002-list-without-results.sql': 'before the first release',
  'services/inventory/migrations/0004-create-product-views.sql': 'before the first release',
  'services/inventory/migrations/0005-index-open-reservations.sql': 'before the first release',
  'services/inventory/migrations/0006-fold-case-of-skus.sql': 'before the first release',
  'services/inventory/migrations/0007-total-movements.sql':
    'totals are exact only if no movement is added while they are counted',
  'services/notification/migrations/0002-add-link-of.sql': 'before the first release',
  'services/notification/migrations/0004-lead-to-pages.sql': 'a table of a few templates',
  'services/order/migrations/0004-number-cancellations.sql': 'before the first release',
  'services/payment/migrations/0004-count-payments-by-instrument.sql': 'before the first release',
  'services/payment/migrations/0005-revisit-abandoned.sql': 'before the first release',
  'services/payment/migrations/0008-await-customers.sql': 'before the first release',
  'services/payment/migrations/0009-refunds-that-fail.sql': 'before the first release',
  'services/payment/migrations/0010-forget-at-providers.sql': 'before the first release',
  'services/pricing/migrations/0003-create-customers.sql': 'before the first release',
  'services/pricing/migrations/0004-index-coupon-uses.sql': 'before the first release',
  'services/pricing/migrations/0005-bound-dates.sql': 'before the first release',
  'services/pricing/migrations/0007-key-sellable-by-product.sql': 'before the first release',
  'services/pricing/migrations/0008-count-uses-by-mailbox.sql': 'before the first release',
  'services/pricing/migrations/0009-total-coupon-uses.sql':
    'totals are exact only if no use is added while they are counted',
  'services/pricing/migrations/0010-index-quotes-of-customer.sql': 'before the first release',
  'services/pricing/migrations/0011-share-tombstones.sql': 'both releases refuse by the same table from one moment on',
  'services/reporting/migrations/0002-create-schedules.sql': 'before the first release',
  'services/shipping/migrations/0002-purge-carrier-messages.sql': 'before the first release',
  'services/shipping/migrations/0003-share-tombstones.sql': 'both releases refuse by the same table from one moment on',
  'services/support/migrations/0004-index-pending-tickets.sql': 'before the first release',
  'services/user/migrations/0007-note-since-when-sessions-count.sql': 'before the first release',
  'services/user/migrations/0008-remove-guests.sql': 'before the first release',
}

const contractions: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^drop (?!index|trigger)/, 'drops what the release before uses'],
  [/\bdrop (column|constraint|default)\b/, 'drops what the release before uses'],
  [/\brename\b/, 'renames what the release before uses'],
  [/\balter column \S+ (set data )?type\b/, 'changes a type that the release before writes'],
  [/\bset not null\b/, 'requires a value that the release before need not write'],
  [
    /\badd (column )?(if not exists )?\S+ (?!.*\bdefault\b).*\bnot null\b/,
    'adds a column that the release before does not write',
  ],
  [/\badd (constraint|check|unique|primary key|foreign key)\b/, 'refuses what the release before may write'],
  [/^create unique index\b/, 'refuses what the release before may write'],
]

/** Why a release that runs beside the next one cannot bear these statements, by statement; empty when it can. */
export function findContractions(sql: string): string[] {
  const statements = statementsOf(sql)
  const made = new Set(statements.flatMap((each) => /^create table (?:if not exists )?(\S+)/.exec(each)?.[1] ?? []))
  return statements.flatMap((statement) => {
    const table = /^(?:alter table|create unique index .*? on) (?:only )?(\S+)/.exec(statement)?.[1]
    if (table !== undefined && made.has(table)) return []
    // the parts of an `alter table`, outside parentheses
    const parts = statement.startsWith('alter table') ? statement.split(/,\s*(?![^(]*\))/) : [statement]
    return parts.flatMap((part) => {
      const found = contractions.find(([pattern]) => pattern.test(part))
      return found === undefined ? [] : [`"${part.slice(0, 60)}" ${found[1]}`]
    })
  })
}

/**
 * Migrations below `paths` that the release before cannot bear or that take long locks, and do not say why they may, as lines; and
 * exceptions that are not needed.
 */
export async function checkMigrations(root: string, paths: readonly string[]): Promise<string[]> {
  const lines: string[] = []
  const unused = new Set([...Object.keys(earlier), ...Object.keys(earlierLocks)])
  for await (const path of glob(
    paths.map((folder) => `${folder}/**/migrations/**/*.sql`),
    { cwd: root, exclude: ['**/node_modules/**', '**/fixtures/**'] },
  )) {
    const [contracting, locking] = await Promise.all([contractionsIn(root, path), locksIn(root, path)])
    if (contracting.length > 0 && path in earlier) unused.delete(path)
    else lines.push(...contracting)
    if (locking.length > 0 && path in earlierLocks) unused.delete(path)
    else lines.push(...locking)
  }
  const isHere = (path: string) => paths.some((folder) => path.startsWith(`${folder}/`))
  return [...lines, ...[...unused].filter(isHere).map((path) => `${path}: needs no exception`)].sort()
}

/** What is wrong with one migration, as lines. */
export async function complaintsOf(root: string, path: string): Promise<string[]> {
  return [...(await contractionsIn(root, path)), ...(await locksIn(root, path))]
}

async function contractionsIn(root: string, path: string): Promise<string[]> {
  const sql = await readFile(join(root, path), 'utf8')
  const found = findContractions(sql)
  if (found.length === 0) return []
  const [, expansion, reason] = /^-- contracts (\S+): (.+)$/m.exec(sql) ?? []
  if (expansion === undefined || reason === undefined)
    return found.map(
      (what) => `${path}: ${what}; expand first, or begin with "-- contracts <earlier migration>: <reason>"`,
    )
  const isEarlier = (await namesBefore(root, path)).includes(`${expansion}.sql`)
  return isEarlier ? [] : [`${path}: ${expansion} is not an earlier migration of the same folder`]
}

async function locksIn(root: string, path: string): Promise<string[]> {
  const sql = await readFile(join(root, path), 'utf8')
  if (/^-- locks: .+$/m.test(sql)) return []
  const names = await namesBefore(root, path)
  const before = await Promise.all(names.map((name) => readFile(join(root, dirname(path), name), 'utf8')))
  const neverNull = neverNullIn(before.flatMap(statementsOf))
  return findLongLocks(statementsOf(sql), neverNull).map(
    (what) => `${path}: ${what}; or begin with "-- locks: <reason>"`,
  )
}

/** The earlier migrations of the same folder. */
async function namesBefore(root: string, path: string): Promise<string[]> {
  const names = await Array.fromAsync(glob('*.sql', { cwd: join(root, dirname(path)) }))
  return names.filter((name) => name < basename(path)).toSorted()
}
