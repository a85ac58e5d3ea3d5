/** The types of columns that our tables have, as Delta names them. */
export type ColumnType = 'string' | 'long' | 'integer' | 'boolean' | 'date' | 'timestamp'

/** The columns of a table, by name. */
export interface Columns {
  readonly [name: string]: ColumnType
}

const sqlTypes: Readonly<Record<ColumnType, string>> = {
  string: 'VARCHAR',
  long: 'BIGINT',
  integer: 'INTEGER',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp: 'TIMESTAMPTZ',
}

/** The type of a column in DuckDB. */
export function sqlTypeOf(type: ColumnType): string {
  return sqlTypes[type]
}

/** A name as an identifier of SQL, whatever characters it has. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text as a literal of SQL; for what is not sent by a client, such as paths. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** The schema of a table as the Delta protocol writes it, which is text inside of JSON. */
export function schemaText(columns: Columns): string {
  const fields = Object.entries(columns).map(([name, type]) => ({ name, type, nullable: true, metadata: {} }))
  return JSON.stringify({ type: 'struct', fields })
}

/** The columns of a schema that `schemaText` has written. @throws Error for a type that our tables do not have */
export function columnsOf(schema: string): Columns {
  const { fields } = JSON.parse(schema) as {
    readonly fields: readonly { readonly name: string; readonly type: string }[]
  }
  const unknown = fields.find(({ type }) => !(type in sqlTypes))
  if (unknown !== undefined) throw new Error(`the column ${unknown.name} has the type ${unknown.type}`)
  return Object.fromEntries(fields.map(({ name, type }) => [name, type as ColumnType]))
}
