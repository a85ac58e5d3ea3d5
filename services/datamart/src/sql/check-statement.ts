import type { DuckDBConnection } from '@duckdb/node-api'
import { SqlError, sqlStates } from '../wire/sql-error.ts'
import { catalogFunctions, catalogSchema } from './catalog.ts'

/** What of the system tables and of the functions over tables a statement may read; everything else is refused. */
export interface Readable {
  /** By schema. */
  readonly tables: Readonly<Record<string, ReadonlySet<string>>>
}

const tableFunctions = new Set(['range', 'generate_series', 'generate_subscripts', 'unnest', 'json_each', 'json_tree'])

// They read the process or its files, run other text as SQL, or keep state.
const forbiddenFunctions =
  /^(getenv|getvariable|currval|nextval|setseed|write_log|json_serialize_plan|json_execute_serialized_sql|current_setting|parse_duckdb_log_message|query|query_table|glob|add_parquet_key|txid_current|add_.*|enable_.*|disable_.*|force_.*|pragma_.*|duckdb_.*|read_.*|scan_.*|sniff_.*|parquet_.*|.*_scan|.*_scan_.*)$/

const relationTypes = new Set([
  'BASE_TABLE',
  'SUBQUERY',
  'JOIN',
  'TABLE_FUNCTION',
  'EMPTY',
  'EXPRESSION_LIST',
  'SHOW_REF',
  'COLUMN_DATA',
  'CTE',
  'DELIM_GET',
])

type Node = Readonly<Record<string, unknown>>

/**
 * Checks that a text is one statement that only reads, by the tree that the parser of DuckDB makes of it: only a SELECT has one (also WITH,
 * VALUES, TABLE and DESCRIBE). Its tables and functions are compared with what may be read. DuckDB is locked besides; this check also covers
 * what the lock leaves open, such as other files in the folders of the star schema.
 * @throws SqlError
 */
export async function checkStatement(
  connection: DuckDBConnection,
  sql: string,
  { readable, positionOf }: { readonly readable: Readable; readonly positionOf: (byteOffset: number) => number },
): Promise<void> {
  const reader = await connection.runAndReadAll('select json_serialize_sql($1::varchar) as tree', [sql])
  const tree = JSON.parse(String(reader.getRowObjects()[0]?.['tree'])) as Node
  if (tree['error'] === true) throw refusalOf(tree, positionOf)
  const statements = tree['statements'] as readonly unknown[]
  if (statements.length !== 1) throw new SqlError(sqlStates.syntaxError, 'one statement is expected')
  const nodes = nodesOf(statements)
  const named = new Set(nodes.flatMap(({ cte_map: map }) => namesOf(map)))
  for (const node of nodes) checkNode(node, { readable, named, positionOf })
}

function refusalOf(tree: Node, positionOf: (byteOffset: number) => number): SqlError {
  const message = String(tree['error_message'])
  if (tree['error_type'] === 'not implemented') {
    return new SqlError(
      sqlStates.readOnlyTransaction,
      'only statements that read are run: SELECT, WITH, VALUES, EXPLAIN, SHOW',
    )
  }
  const position = tree['position'] === undefined ? undefined : positionOf(Number(tree['position']))
  return new SqlError(sqlStates.syntaxError, message, { position })
}

/** All objects of a tree; not by recursion, as a client chooses its depth. */
function nodesOf(tree: unknown): Node[] {
  const nodes: Node[] = []
  const waiting: unknown[] = [tree]
  while (waiting.length > 0) {
    const next = waiting.pop()
    if (Array.isArray(next)) for (const each of next) waiting.push(each)
    else if (typeof next === 'object' && next !== null) {
      nodes.push(next as Node)
      for (const each of Object.values(next)) if (typeof each === 'object') waiting.push(each)
    }
  }
  return nodes
}

function namesOf(cteMap: unknown): string[] {
  const { map = [] } = (cteMap ?? {}) as { readonly map?: readonly { readonly key: string }[] }
  return map.map(({ key }) => key.toLowerCase())
}

interface Checking {
  readonly readable: Readable
  /** Tables that the statement itself defines. */
  readonly named: ReadonlySet<string>
  readonly positionOf: (byteOffset: number) => number
}

function checkNode(node: Node, checking: Checking): void {
  if (typeof node['function_name'] === 'string') checkFunction(node, node['function_name'], checking)
  const { type } = node
  // relations are the nodes with a sample
  if (!('sample' in node) || typeof type !== 'string' || type.endsWith('_NODE')) return
  if (!relationTypes.has(type))
    throw notAllowed(node, `${type.toLowerCase().replaceAll('_', ' ')} is not supported`, checking)
  if (type === 'BASE_TABLE') checkTable(node, checking)
  if (type === 'TABLE_FUNCTION') {
    const name = String((node['function'] as Node | undefined)?.['function_name'])
    if (!tableFunctions.has(name.toLowerCase())) throw notAllowed(node, `function ${name} cannot be used`, checking)
  }
  if (type === 'SHOW_REF' && node['query'] === null) {
    throw notAllowed(node, 'only DESCRIBE and SUMMARIZE of a table or query are supported', checking)
  }
}

function checkFunction(node: Node, name: string, checking: Checking): void {
  if (node['schema'] === catalogSchema && catalogFunctions.has(name)) return
  if (forbiddenFunctions.test(name.toLowerCase())) throw notAllowed(node, `function ${name} cannot be used`, checking)
}

function checkTable(node: Node, checking: Checking): void {
  const { catalog_name: catalog, schema_name: schema, table_name: table } = lowerCase(node as unknown as TableNode)
  const { readable, named } = checking
  const isNamed = schema === '' && catalog === '' && named.has(table)
  const isReadable = (catalog === '' || catalog === 'mart') && readable.tables[schema || 'public']?.has(table) === true
  if (isNamed || isReadable) return
  const name = [node['schema_name'], node['table_name']].filter((part) => part !== '').join('.')
  throw new SqlError(sqlStates.undefinedTable, `relation "${name}" does not exist`, placeOf(node, checking))
}

interface TableNode {
  readonly catalog_name: string
  readonly schema_name: string
  readonly table_name: string
}

function lowerCase(node: TableNode): TableNode {
  const { catalog_name, schema_name, table_name } = node
  return {
    catalog_name: catalog_name.toLowerCase(),
    schema_name: schema_name.toLowerCase(),
    table_name: table_name.toLowerCase(),
  }
}

function notAllowed(node: Node, message: string, checking: Checking): SqlError {
  return new SqlError(sqlStates.insufficientPrivilege, message, placeOf(node, checking))
}

function placeOf(node: Node, { positionOf }: Checking): { readonly position?: number } {
  const offset = Number(node['query_location'])
  // "nowhere" is the largest number of 64 bits
  return Number.isSafeInteger(offset) ? { position: positionOf(offset) } : {}
}
