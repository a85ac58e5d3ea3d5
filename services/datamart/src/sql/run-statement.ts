import {
  DuckDBTypeId,
  StatementType,
  VARCHAR,
  type DuckDBConnection,
  type DuckDBPreparedStatement,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api'
import { SqlError, sqlStates } from '../wire/sql-error.ts'
import { binaryOf } from '../wire/value-binary.ts'
import { textOf } from '../wire/value-text.ts'
import { modifierOf, sqlTypeOf, wireTypeOf } from '../wire/value-types.ts'
import type { Format, WireColumn } from '../wire/write-messages.ts'
import { checkStatement, type Readable } from './check-statement.ts'
import { locate } from './duck-errors.ts'
import { rewrite, type Edit, type Rewritten } from './rewrite.ts'
import type { Statement, Token } from './split-statements.ts'

/** A statement that was checked, with the types of its parameters and columns. */
export interface Plan extends Rewritten {
  readonly parameters: readonly DuckDBType[]
  readonly columns: readonly WireColumn[]
  readonly types: readonly DuckDBType[]
  readonly isExplain: boolean
}

interface Planning {
  readonly statement: Statement
  /** The text that the client sent, of which the statement is a part. */
  readonly whole: string
  readonly edits: readonly Edit[]
  /** The types that the client declares for parameters; 0 leaves one open. */
  readonly declared: readonly number[]
  readonly readable: Readable
}

/** Checks and prepares a statement. @throws SqlError; other errors of DuckDB */
export async function planStatement(connection: DuckDBConnection, planning: Planning): Promise<Plan> {
  const { statement, whole, edits, declared, readable } = planning
  const explained = /^explain(\s+analyze)?\s+/i.exec(statement.text)
  const bare = rewrite(statement, edits, whole)
  const inner = explained === null ? bare : rewrite(statement, [...edits, cut(explained[0].length)], whole)
  await checkStatement(connection, inner.sql, { readable, positionOf: inner.positionOf })
  const open = await openParameters(connection, bare, statement.tokens)
  const casts = open.flatMap(({ token, number }) =>
    castOf(token, sqlTypeOf(declared[number - 1] ?? 0), statement.tokens),
  )
  const typed = casts.length === 0 ? bare : rewrite(statement, [...edits, ...casts], whole)
  const prepared = await prepareLocated(connection, typed)
  try {
    const isExplain = explained !== null
    const expected = isExplain ? StatementType.EXPLAIN : StatementType.SELECT
    if (prepared.statementType !== expected) {
      throw new SqlError(sqlStates.readOnlyTransaction, 'only statements that read are run')
    }
    const types = await typesOf(connection, prepared, () => withNulls(planning, prepared))
    return { ...typed, isExplain, ...types, columns: isExplain ? explainColumns : types.columns }
  } finally {
    prepared.destroySync()
  }
}

/** PostgreSQL returns a plan as lines of one column. */
const explainColumns: readonly WireColumn[] = [{ name: 'QUERY PLAN', oid: 25, size: -1, modifier: -1 }]

function explainLines(text: string): DuckDBValue[][] {
  return text.split('\n').map((line) => [line])
}

function cut(length: number): Edit {
  return { at: 0, length, text: '' }
}

interface OpenParameter {
  readonly token: Token
  readonly number: number
}

/** The parameters whose type does not follow from the statement, and which PostgreSQL takes as text or as declared. */
async function openParameters(
  connection: DuckDBConnection,
  rewritten: Rewritten,
  tokens: readonly Token[],
): Promise<OpenParameter[]> {
  const places = tokens.flatMap((token) =>
    token.kind === 'parameter' ? [{ token, number: Number(token.text.slice(1)) }] : [],
  )
  if (places.length === 0) return []
  const prepared = await prepareLocated(connection, rewritten)
  try {
    const isOpen = ({ number }: OpenParameter) =>
      number <= prepared.parameterCount && prepared.parameterTypeId(number) === DuckDBTypeId.INVALID
    return places.filter(isOpen)
  } finally {
    prepared.destroySync()
  }
}

function prepareLocated(connection: DuckDBConnection, rewritten: Rewritten): Promise<DuckDBPreparedStatement> {
  return located(rewritten, () => connection.prepare(rewritten.sql))
}

function castOf({ at, text }: Token, declared: string | undefined, tokens: readonly Token[]): Edit[] {
  const before = tokens.findLast((token) => token.at < at)
  const isCount = before?.kind === 'word' && /^(limit|offset)$/i.test(before.text)
  const type = declared ?? (isCount ? 'BIGINT' : 'VARCHAR')
  return [{ at, length: text.length, text: `cast(${text} as ${type})` }]
}

/** DuckDB leaves the columns open if those of some functions could depend on a parameter; then they are those with nulls in the place of parameters. */
async function typesOf(
  connection: DuckDBConnection,
  prepared: DuckDBPreparedStatement,
  nulled: () => string,
): Promise<Pick<Plan, 'parameters' | 'columns' | 'types'>> {
  const parameters = Array.from({ length: prepared.parameterCount }, (_, index) => parameterType(prepared, index + 1))
  if (prepared.columnTypeId(0) !== DuckDBTypeId.INVALID) return { parameters, ...columnsOf(prepared) }
  const closed = await connection.prepare(nulled())
  try {
    return { parameters, ...columnsOf(closed) }
  } finally {
    closed.destroySync()
  }
}

function parameterType(prepared: DuckDBPreparedStatement, number: number): DuckDBType {
  return prepared.parameterTypeId(number) === DuckDBTypeId.INVALID ? VARCHAR : prepared.parameterType(number)
}

function columnsOf(prepared: DuckDBPreparedStatement): Pick<Plan, 'columns' | 'types'> {
  const types = Array.from({ length: prepared.columnCount }, (_, index) => prepared.columnType(index))
  return { types, columns: types.map((type, index) => columnOf(prepared.columnName(index), type)) }
}

function withNulls({ statement, whole, edits }: Planning, prepared: DuckDBPreparedStatement): string {
  const nulls = statement.tokens.flatMap(({ kind, at, text }) => {
    if (kind !== 'parameter') return []
    const type = parameterType(prepared, Number(text.slice(1)))
    return [{ at, length: text.length, text: `cast(null as ${String(type)})` }]
  })
  const taken = edits.filter(({ at, length }) => !nulls.some((each) => each.at >= at && each.at < at + length))
  return rewrite(statement, [...taken, ...nulls], whole).sql
}

function columnOf(name: string, type: DuckDBType): WireColumn {
  const { oid, size } = wireTypeOf(type)
  return { name, oid, size, modifier: modifierOf(type) }
}

/** Where the rows of a statement go. */
export interface RowSink {
  /** Resolves when more can be sent; undefined if that is so. */
  readonly add: (values: readonly (Buffer | null)[]) => Promise<void> | undefined
  /** Sends what was put together. */
  readonly flush: () => void
}

/** Rows of a statement, read as they are wanted. */
export interface Cursor {
  /** Sends up to `most` rows, all if 0; returns how many, and whether there may be more. */
  readonly send: (most: number, sink: RowSink) => Promise<{ readonly count: number; readonly hasMore: boolean }>
}

/** Runs a plan with the texts of its parameters. Its rows are of one state, that of now. */
export async function openCursor(
  connection: DuckDBConnection,
  plan: Plan,
  { values, formats }: { readonly values: readonly (string | null)[]; readonly formats: readonly Format[] },
): Promise<Cursor> {
  const result = await stream(connection, plan, values)
  const types = result.columnTypes()
  if (types.map(String).join() !== plan.types.map(String).join()) {
    throw new SqlError(sqlStates.featureNotSupported, 'cached plan must not change result type')
  }
  const encoders = types.map((type, index) => encoderOf(type, formats[index] ?? 0))
  let rows: DuckDBValue[][] = []
  let next = 0
  let isDone = false
  async function fill(): Promise<void> {
    if (next < rows.length || isDone) return
    const chunk = await located(plan, () => result.fetchChunk())
    next = 0
    const read = chunk === null ? [] : chunk.getRows()
    isDone = read.length === 0
    rows = plan.isExplain ? read.flatMap(([, text]) => explainLines(String(text))) : read
  }
  return {
    async send(most, sink) {
      let count = 0
      for (await fill(); next < rows.length && (most === 0 || count < most); await fill()) {
        const end = most === 0 ? rows.length : Math.min(rows.length, next + most - count)
        for (; next < end; next += 1, count += 1) {
          const waits = sink.add((rows[next] as DuckDBValue[]).map((value, index) => encoders[index]?.(value) ?? null))
          if (waits !== undefined) await waits
        }
      }
      sink.flush()
      return { count, hasMore: !isDone }
    },
  }
}

function stream(connection: DuckDBConnection, plan: Plan, values: readonly (string | null)[]) {
  return located(plan, async () => {
    const prepared = await connection.prepare(plan.sql)
    if (plan.parameters.length > 0) prepared.bind(await typedValues(connection, plan.parameters, values))
    return prepared.stream()
  })
}

async function located<Result>({ positionOf }: Rewritten, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw locate(error, positionOf)
  }
}

function encoderOf(type: DuckDBType, format: Format): (value: DuckDBValue) => Buffer | null {
  return (value) => {
    if (value === null) return null
    return format === 1 ? binaryOf(value, type) : Buffer.from(textOf(value), 'utf8')
  }
}

/** DuckDB converts the texts itself, so that they mean what they mean in a statement. */
async function typedValues(
  connection: DuckDBConnection,
  types: readonly DuckDBType[],
  values: readonly (string | null)[],
): Promise<DuckDBValue[]> {
  const casts = types.map((type, index) => `cast($${index + 1}::varchar as ${String(type)})`)
  const reader = await connection.runAndReadAll(`select ${casts.join(', ')}`, [...values])
  return reader.getRows()[0] ?? []
}
