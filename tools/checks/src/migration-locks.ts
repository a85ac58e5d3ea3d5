/** What a rule sees: one part of a statement, the whole statement, and what earlier migrations of the folder have prepared. */
interface Part {
  readonly text: string
  readonly statement: string
  /** Columns that a validated constraint of an earlier migration keeps from being null, as `table.column`. */
  readonly neverNull: ReadonlySet<string>
  /** Constraints that the same migration adds. */
  readonly added: ReadonlySet<string>
}

type Rule = readonly [pattern: RegExp, what: string, isFine?: (part: Part) => boolean]

// PostgreSQL evaluates a default once if it is not volatile; of the functions, these are not.
const stable = /^(?:now|current_\w+|transaction_timestamp|statement_timestamp|to_jsonb|jsonb_build_\w+|make_interval)$/

const rules: readonly Rule[] = [
  [/\badd (?:column )?.* generated always as \(.* stored\b/, 'writes the table anew for a computed column'],
  [
    /\badd (?:column )?.* (?:generated \w+ (?:default )?as identity|(?:big|small)?serial)\b/,
    'writes the table anew to number its rows',
  ],
  [
    /\badd (?:column )?.*\bdefault\b/,
    'writes the table anew for a default that differs from row to row',
    hasStableDefault,
  ],
  [/\balter (?:column )?\S+ (?:set data )?type\b/, 'writes the table anew for a type'],
  [
    /\balter (?:column )?\S+ set not null\b/,
    'reads the whole table under a lock; validate a check first',
    isKnownNotNull,
  ],
  [
    /\badd (?:constraint \S+ )?(?:check|foreign key)\b/,
    'reads the whole table under a lock; add it "not valid", and validate it in a later migration',
    ({ text }) => /\bnot valid$/.test(text),
  ],
  [/\badd column .*\breferences\b/, 'locks the table that it references; add the foreign key "not valid"'],
  [
    /\badd (?:constraint \S+ )?(?:unique|primary key|exclude)\b/,
    'builds an index under a lock; build it concurrently and add it "using index"',
    ({ text }) => /\busing index\b/.test(text),
  ],
  [
    /\bvalidate constraint\b/,
    'reads the whole table under the lock of the constraint that the same file adds; validate it in a later migration',
    ({ added, text }) => !added.has(/\bvalidate constraint (\w+)/.exec(text)?.[1] ?? ''),
  ],
  [/\bset (?:tablespace|logged|unlogged|access method)\b/, 'writes the table anew'],
  [
    /^create (?:unique )?index (?!concurrently)/,
    'builds an index while writers wait; use "concurrently", alone in its file',
  ],
  [/^drop index (?!concurrently)/, 'waits for every reader of the table, and all later ones wait behind it'],
  [/^reindex (?!.*\bconcurrently\b)/, 'builds an index while writers wait'],
  [/^refresh materialized view (?!concurrently)/, 'locks the view for readers'],
  [/^(?:vacuum full|cluster)\b/, 'writes the table anew'],
  [/^lock (?:table )?/, 'locks the table until the migration ends'],
  [/^truncate\b/, 'locks the table until the migration ends'],
  [
    /^(?:update|delete from)\b/,
    'locks the rows that it changes until the migration ends; change them in batches from the service',
  ],
]

/** The statements of a migration that block or rewrite a table in use, each with the reason; empty if the migration has no such statement. */
export function findLongLocks(statements: readonly string[], neverNull: ReadonlySet<string>): string[] {
  const made = new Set(
    statements.flatMap((each) => /^create (?:unlogged )?table (?:if not exists )?(\S+)/.exec(each)?.[1] ?? []),
  )
  const added = new Set(
    statements.flatMap((each) => [...each.matchAll(/\badd constraint (\w+)/g)].map(([, name = '']) => name)),
  )
  return statements.flatMap((statement) => {
    const table = tableOf(statement)
    if (table !== undefined && made.has(table)) return []
    return partsOf(statement).flatMap((text) => {
      const found = rules.find(
        ([pattern, , isFine]) => pattern.test(text) && isFine?.({ text, statement, neverNull, added }) !== true,
      )
      return found === undefined ? [] : [`"${text.slice(0, 60)}" ${found[1]}`]
    })
  })
}

/** The columns that a validated check of these migrations, given as statements, keeps from being null. */
export function neverNullIn(statements: readonly string[]): Set<string> {
  const checks = statements.flatMap((statement) => {
    const [, constraint, column] = /\badd constraint (\S+) check \((\w+) is not null\) not valid/.exec(statement) ?? []
    return constraint === undefined || column === undefined ? [] : [{ table: tableOf(statement), constraint, column }]
  })
  const isValidated = ({ table, constraint }: (typeof checks)[number]) =>
    statements.some((each) => tableOf(each) === table && each.includes(`validate constraint ${constraint}`))
  return new Set(checks.filter(isValidated).map(({ table, column }) => `${table}.${column}`))
}

function tableOf(statement: string): string | undefined {
  return /^(?:alter table (?:if exists )?(?:only )?|create (?:unique )?index (?:.*? )?on (?:only )?|update (?:only )?|delete from (?:only )?|truncate (?:table )?|lock (?:table )?)(\w+)/.exec(
    statement,
  )?.[1]
}

/** The parts of an `alter table`, outside parentheses. */
function partsOf(statement: string): string[] {
  if (!statement.startsWith('alter table')) return [statement]
  const parts = ['']
  let depth = 0
  for (const letter of statement) {
    depth += letter === '(' ? 1 : letter === ')' ? -1 : 0
    if (letter === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += letter
  }
  return parts.map((each) => each.trim())
}

function hasStableDefault({ text }: Part): boolean {
  const [, value = ''] = /\bdefault (.*)$/.exec(text) ?? []
  const functions = [...value.matchAll(/(\w+)\s*\(/g)].map(([, name = '']) => name).filter((name) => name !== 'check')
  // What stands behind the default, such as a check, is read as well: in doubt it is refused.
  return functions.every((name) => stable.test(name) || name === 'in')
}

function isKnownNotNull({ text, statement, neverNull }: Part): boolean {
  const column = /\balter (?:column )?(\S+) set not null\b/.exec(text)?.[1]
  return neverNull.has(`${tableOf(statement)}.${column}`)
}
