import { catalogFunctions, catalogSchema, catalogTables } from './catalog.ts'
import type { Edit } from './rewrite.ts'
import type { Statement, Token } from './split-statements.ts'

/** The types that only PostgreSQL has; a number or a name stands for each. */
const catalogTypes: Readonly<Record<string, string>> = {
  oid: 'bigint',
  name: 'varchar',
  regclass: 'varchar',
  regtype: 'varchar',
  regproc: 'varchar',
  regprocedure: 'varchar',
  regnamespace: 'varchar',
  '"char"': 'varchar',
}

/** Where a statement reads the catalog of PostgreSQL: what is put in the place of its names, types and operators. */
export function catalogEdits({ tokens }: Statement): Edit[] {
  const edits: Edit[] = []
  for (let index = 0; index < tokens.length;) {
    const found = editAt(tokens, index)
    if (found !== undefined) edits.push(found.edit)
    index += found?.tokens ?? 1
  }
  return edits
}

const arrayColumns = new Set(['polroles', 'stxkind'])

interface Found {
  readonly edit: Edit
  /** How many tokens it takes the place of. */
  readonly tokens: number
}

function editAt(tokens: readonly Token[], index: number): Found | undefined {
  const text = (at: number) => tokens[at]?.text.toLowerCase() ?? ''
  const replace = (count: number, by: string): Found => {
    const [first, last] = [tokens[index] as Token, tokens[index + count - 1] as Token]
    return { edit: { at: first.at, length: last.at + last.text.length - first.at, text: by }, tokens: count }
  }
  const word = text(index)
  if (word === 'operator' && text(index + 1) === '(' && text(index + 2) === 'pg_catalog') {
    const end = tokens.findIndex(({ text: each }, at) => at > index && each === ')')
    if (end > 0)
      return replace(
        end - index + 1,
        tokens
          .slice(index + 4, end)
          .map((token) => token.text)
          .join(''),
      )
  }
  if (word === 'collate' && text(index + 1) === 'pg_catalog') return replace(4, '')
  // DuckDB cannot unnest a column of an outer query; these columns have no values
  if (word === '=' && text(index + 1) === 'any') {
    const end = [3, 5].find((at) => arrayColumns.has(text(index + at)) && text(index + at + 1) === ')')
    const names = tokens.slice(index + 3, index + 1 + (end ?? 0)).map((token) => token.text)
    return end === undefined ? undefined : replace(end + 2, `in (${names.join('')})`)
  }
  if (word === 'json_build_object' && text(index + 1) === '(') return replace(1, 'json_object')
  if (isPattern(tokens, index)) return replace(1, wholePattern(tokens[index] as Token))
  const isLiteral = tokens[index]?.kind === 'text' || tokens[index]?.kind === 'parameter'
  if (isLiteral && text(index + 1) === '::') {
    const skipped = text(index + 2) === 'pg_catalog' ? 2 : 0
    if (text(index + 2 + skipped) === 'regclass') {
      return replace(3 + skipped, `${catalogSchema}.to_regclass(${tokens[index]?.text})`)
    }
  }
  return nameAt(tokens, index, replace)
}

function nameAt(
  tokens: readonly Token[],
  index: number,
  replace: (count: number, by: string) => Found,
): Found | undefined {
  const text = (at: number) => tokens[at]?.text.toLowerCase() ?? ''
  const isQualified = text(index - 1) === '.'
  const [word, dot, name] = [text(index), text(index + 1), text(index + 2)]
  if (isQualified) return undefined
  if (word === 'information_schema' && dot === '.') {
    return catalogTables.has(`is_${name}`) ? replace(3, `${catalogSchema}.is_${name}`) : undefined
  }
  if (word === 'pg_catalog' && dot === '.') {
    const isCall = text(index + 3) === '('
    if (isCall ? catalogFunctions.has(name) : catalogTables.has(name)) return replace(3, `${catalogSchema}.${name}`)
    return replace(3, catalogTypes[name] ?? tokens[index + 2]?.text ?? '')
  }
  if (dot === '(') return catalogFunctions.has(word) ? replace(1, `${catalogSchema}.${word}`) : undefined
  const before = text(index - 1)
  const isType = before === '::' || before === 'as'
  if (isType && catalogTypes[word] !== undefined && text(index + 1) !== '.') {
    return before === '::' || text(index + 1) === ')' ? replace(1, catalogTypes[word]) : undefined
  }
  const isTable = word.startsWith('pg_') && ['from', 'join', ',', '('].includes(before)
  return isTable && catalogTables.has(word) ? replace(1, `${catalogSchema}.${word}`) : undefined
}

/** Whether a text is the pattern of `~` or `!~`, also where the operator is qualified. */
function isPattern(tokens: readonly Token[], index: number): boolean {
  if (tokens[index]?.kind !== 'text') return false
  const before = tokens[index - 1]?.text === ')' ? tokens[index - 2] : tokens[index - 1]
  return before?.text === '~'
}

/** In DuckDB a pattern describes the whole text, in PostgreSQL a part of it. */
function wholePattern({ text }: Token): string {
  const pattern = /^'([\s\S]*)'$/.exec(text)?.[1]
  if (pattern === undefined) return text
  return `'${pattern.startsWith('^') ? '' : '.*'}${pattern}${pattern.endsWith('$') ? '' : '.*'}'`
}
