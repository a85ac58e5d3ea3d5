import { glob, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

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

/** Migrations below `paths` that contract the schema and do not say of which earlier expansion they are the last step, as lines. */
export async function checkMigrations(root: string, paths: readonly string[]): Promise<string[]> {
  const lines: string[] = []
  for await (const path of glob(
    paths.map((folder) => `${folder}/**/migrations/*.sql`),
    { cwd: root, exclude: ['**/node_modules/**', '**/fixtures/**'] },
  )) {
    if (path in earlier) continue
    lines.push(...(await complaintsOf(root, path)))
  }
  return lines.sort()
}

/** What is wrong with one migration, as lines. */
export async function complaintsOf(root: string, path: string): Promise<string[]> {
  const sql = await readFile(join(root, path), 'utf8')
  const found = findContractions(sql)
  if (found.length === 0) return []
  const [, expansion, reason] = /^-- contracts (\S+): (.+)$/m.exec(sql) ?? []
  if (expansion === undefined || reason === undefined)
    return found.map(
      (what) => `${path}: ${what}; expand first, or begin with "-- contracts <earlier migration>: <reason>"`,
    )
  const names = await Array.fromAsync(glob('*.sql', { cwd: join(root, dirname(path)) }))
  const isEarlier = names.includes(`${expansion}.sql`) && `${expansion}.sql` < basename(path)
  return isEarlier ? [] : [`${path}: ${expansion} is not an earlier migration of the same folder`]
}

/** The statements of a script in lower case and in one line each, without comments and bodies of functions. */
function statementsOf(sql: string): string[] {
  return sql
    .replaceAll(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''")
    .replaceAll(/--.*$/gm, '')
    .split(';')
    .map((statement) => statement.replaceAll(/\s+/g, ' ').trim().toLowerCase())
    .filter((statement) => statement !== '')
}
