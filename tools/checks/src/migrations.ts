import { earlier, earlierLocks } from './migration-exceptions.ts'
import { findLongLocks, neverNullIn } from './migration-locks.ts'
import { statementsOf } from './migration-statements.ts'
import { migrationFiles, migrationsInCode, type MigrationText } from './migration-texts.ts'

const contractions: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^drop (?!index|trigger)/, 'drops what the release before uses'],
  [/\bdrop (column|constraint|default)\b/, 'drops what the release before uses'],
  [/^(?!alter index).*\brename\b/, 'renames what the release before uses'],
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
 * Migrations that the release before cannot bear or that take long locks, and do not say why they may, as lines; and exceptions among
 * `exceptions` that are not needed.
 */
export function complaintsAbout(all: readonly MigrationText[], exceptions = [earlier, earlierLocks]): string[] {
  const unused = new Set(exceptions.flatMap((each) => Object.keys(each)))
  const [contracting = {}, locking = {}] = exceptions
  const lines = all.flatMap((migration) =>
    [[contractionsIn(migration), contracting] as const, [locksIn(migration), locking] as const].flatMap(
      ([found, excepted]) => {
        if (found.length === 0 || !(migration.id in excepted)) return found
        unused.delete(migration.id)
        return []
      },
    ),
  )
  return [...lines, ...[...unused].map((id) => `${id}: needs no exception`)]
}

/** What is wrong with the migrations in files below `paths` and in the code of the platform, as lines. */
export async function checkMigrations(root: string, paths: readonly string[]): Promise<string[]> {
  return complaintsAbout([...(await migrationFiles(root, paths)), ...(await migrationsInCode(root))]).toSorted()
}

function contractionsIn({ id, sql, before }: MigrationText): string[] {
  const found = findContractions(sql)
  if (found.length === 0) return []
  const [, expansion, reason] = /^-- contracts (\S+): (.+)$/m.exec(sql) ?? []
  if (expansion === undefined || reason === undefined)
    return found.map(
      (what) => `${id}: ${what}; expand first, or begin with "-- contracts <earlier migration>: <reason>"`,
    )
  const isEarlier = before.some(({ name }) => name === expansion)
  return isEarlier ? [] : [`${id}: ${expansion} is not an earlier migration of the same folder`]
}

function locksIn({ id, sql, before }: MigrationText): string[] {
  if (/^-- locks: .+$/m.test(sql)) return []
  const neverNull = neverNullIn(before.flatMap((each) => statementsOf(each.sql)))
  return findLongLocks(statementsOf(sql), neverNull).map((what) => `${id}: ${what}; or begin with "-- locks: <reason>"`)
}
