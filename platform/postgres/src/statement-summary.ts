/** What is told of a statement: no values, and few enough different texts for labels and names of spans. */
export interface StatementSummary {
  /** Its first operation, `SELECT`. */
  readonly operation: string
  /** Its operations with the tables they are about, `INSERT orders INSERT outbox`; at most 255 characters. */
  readonly summary: string
}

const longestSummary = 255

// What stands after a comment sign is no operation; a lock clause and the end of an upsert are none either.
const noise = /--[^\n]*|\bfor\s+(?:no\s+key\s+)?update\b|\bdo\s+update\b/gi
const operations =
  /\b(insert\s+into|delete\s+from|merge\s+into|update|select|truncate)\b|\b(?:from|join)\s+([a-z_][\w.]*)\b(?!\s*\()/gi
const target = /^\s*(?:only\s+)?([a-z_][\w.]*)/i

/** Summarizes a statement as OpenTelemetry's `db.query.summary` has it. */
export function summarize(text: string): StatementSummary {
  const bare = text.replace(noise, ' ')
  const words: string[] = []
  let operation: string | undefined
  for (const match of bare.matchAll(operations)) {
    const [all, verb, table] = match
    if (verb === undefined) {
      if (table !== undefined && words.at(-1) !== table) words.push(table)
      continue
    }
    const name = (verb.split(/\s/)[0] ?? verb).toUpperCase()
    operation ??= name
    words.push(name)
    const named = name === 'SELECT' ? undefined : target.exec(bare.slice(match.index + all.length))?.[1]
    if (named !== undefined) words.push(named)
  }
  if (operation === undefined) return summarizeCommand(text)
  return { operation, summary: words.join(' ').slice(0, longestSummary) }
}

const commands = new Set(['BEGIN', 'COMMIT', 'ROLLBACK', 'LISTEN', 'NOTIFY', 'SET', 'CREATE', 'ALTER', 'DROP', 'GRANT'])

/** Summarizes what is no statement on rows: the command alone. */
export function summarizeCommand(text: string): StatementSummary {
  const [word = ''] = /[a-z]+/i.exec(text) ?? []
  const name = word.toUpperCase()
  const operation = commands.has(name) ? name : '_OTHER'
  return { operation, summary: operation }
}
