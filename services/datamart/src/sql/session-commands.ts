import { SqlError, sqlStates } from '../wire/sql-error.ts'
import type { TransactionStatus } from '../wire/write-messages.ts'
import type { Statement } from './split-statements.ts'

/** The settings of a session, by lower-case name, and whether it is in a transaction. */
export interface SessionState {
  readonly settings: Map<string, string>
  status: TransactionStatus
}

/** What a statement is that needs no table. */
export interface Command {
  readonly kind: 'command'
  /** The name of the only column, for a command that returns a row. */
  readonly column: string | undefined
  /** Does it, and returns its tag and the value of its row. @throws SqlError */
  readonly run: (state: SessionState) => { readonly tag: string; readonly value?: string }
}

/** Names of settings as PostgreSQL reports them; a client is told when one of them changes. */
export const reported = {
  server_version: '9.6.24',
  server_encoding: 'UTF8',
  client_encoding: 'UTF8',
  DateStyle: 'ISO, MDY',
  TimeZone: 'UTC',
  integer_datetimes: 'on',
  standard_conforming_strings: 'on',
  IntervalStyle: 'postgres',
  default_transaction_read_only: 'on',
  in_hot_standby: 'off',
  is_superuser: 'off',
  application_name: '',
} as const

const others = {
  search_path: 'public',
  transaction_isolation: 'read committed',
  'transaction isolation level': 'read committed',
  default_transaction_isolation: 'read committed',
  transaction_read_only: 'on',
  statement_timeout: '0',
  extra_float_digits: '1',
  bytea_output: 'hex',
  max_identifier_length: '63',
  lc_collate: 'C',
  lc_ctype: 'C',
  server_version_num: '90624',
  max_index_keys: '32',
  row_security: 'on',
}

/** The settings of a new session. */
export function firstSettings(): Map<string, string> {
  return new Map(
    [...Object.entries(reported), ...Object.entries(others)].map(([name, value]) => [name.toLowerCase(), value]),
  )
}

const fixed: Readonly<Record<string, RegExp>> = {
  client_encoding: /^(utf-?8|unicode|default)$/i,
  standard_conforming_strings: /^(on|true|1|yes|default)$/i,
  datestyle: /^(iso.*|default)$/i,
  intervalstyle: /^(postgres|default)$/i,
  transaction_read_only: /^(on|true|1|yes|default)$/i,
  default_transaction_read_only: /^(on|true|1|yes|default)$/i,
}

// the mart is in UTC: values have their offset
const ignored = new Set(['timezone', 'search_path', 'datestyle', 'client_encoding', 'standard_conforming_strings'])

/** Changes a setting. @throws SqlError for a value that the mart does not have */
export function change(settings: Map<string, string>, name: string, value: string): void {
  const key = name.toLowerCase()
  const allowed = fixed[key]
  if (allowed !== undefined && !allowed.test(value)) {
    throw new SqlError(sqlStates.featureNotSupported, `${name} cannot be ${value} here`)
  }
  if (key === 'statement_timeout' && millisecondsOf(value) === undefined) {
    throw new SqlError(sqlStates.invalidParameterValue, `invalid value for parameter "statement_timeout": "${value}"`)
  }
  const mostSettings = 100
  if (ignored.has(key) || allowed !== undefined || (settings.size >= mostSettings && !settings.has(key))) return
  settings.set(key, value.slice(0, 1_000))
}

/** A time as PostgreSQL reads it: milliseconds, or with a unit. */
export function millisecondsOf(text: string): number | undefined {
  const [, count, unit = 'ms'] = /^(\d{1,9})\s*(ms|s|min|h)?$/.exec(text.trim()) ?? []
  if (count === undefined) return /^default$/i.test(text) ? 0 : undefined
  return Number(count) * ({ ms: 1, s: 1_000, min: 60_000, h: 3_600_000 }[unit] ?? 1)
}

const writes =
  /^(insert|update|delete|merge|create|drop|alter|truncate|copy|grant|revoke|comment|vacuum|analyze|reindex|refresh|lock|call|do|listen|notify|unlisten|attach|detach|pragma|install|load|use|import|export|checkpoint|cluster|security|reassign|declare|fetch|move|prepare|execute)$/

const queries = /^(select|with|values|table|from|explain|describe|desc|summarize)$/

/** What a statement is: a command of the session, or undefined for a query. @throws SqlError for one that is not run here */
export function commandOf({ text, tokens }: Statement): Command | undefined {
  const [first, second] = tokens.map((token) => token.text.toLowerCase())
  if (first === undefined || first === '(' || queries.test(first)) return undefined
  if (first === 'begin' || first === 'start') return transaction(first === 'begin' ? 'BEGIN' : 'START TRANSACTION', 'T')
  if (first === 'commit' || first === 'end') return ending('COMMIT')
  if (first === 'savepoint' || first === 'release' || first === 'deallocate')
    return command(() => ({ tag: first.toUpperCase() }))
  // what only reads has nothing to take back
  if (first === 'rollback' && tokens.some((token) => token.text.toLowerCase() === 'to'))
    return transaction('ROLLBACK', 'T')
  if (first === 'rollback' || first === 'abort') return ending('ROLLBACK')
  if (first === 'set') return setting(text)
  if (first === 'reset' || first === 'discard')
    return command(() => ({ tag: first === 'reset' ? 'RESET' : `DISCARD ${(second ?? '').toUpperCase()}` }))
  if (first === 'show') return showing(tokens.slice(1).map((token) => token.text))
  if (writes.test(first)) {
    const what = 'only statements that read are run: SELECT, WITH, VALUES, EXPLAIN, SHOW'
    throw new SqlError(sqlStates.readOnlyTransaction, `cannot execute ${first.toUpperCase()}: ${what}`)
  }
  return undefined
}

function command(run: Command['run'], column?: string): Command {
  return { kind: 'command', run, column }
}

function transaction(tag: string, status: TransactionStatus): Command {
  return command((state) => {
    state.status = status
    return { tag }
  })
}

function ending(tag: 'COMMIT' | 'ROLLBACK'): Command {
  return command((state) => {
    const hasFailed = state.status === 'E'
    state.status = 'I'
    return { tag: hasFailed ? 'ROLLBACK' : tag }
  })
}

function setting(text: string): Command {
  const body = text.replace(/^set\s+/i, '').replace(/^(session|local)\s+(?!characteristics|authorization)/i, '')
  const [, zone] = /^time\s+zone\s+([\s\S]+)$/i.exec(body) ?? []
  const [, name, value] = /^([\w.]+)\s*(?:=|\bto\b)\s*([\s\S]+)$/i.exec(body) ?? []
  return command(({ settings }) => {
    if (name !== undefined && value !== undefined) change(settings, name, value.trim().replace(/^'([\s\S]*)'$/, '$1'))
    else if (zone === undefined && !/^(transaction|session\s+characteristics|names)\b/i.test(body)) {
      throw new SqlError(sqlStates.syntaxError, 'syntax error in SET')
    } else if (/read\s+write/i.test(body)) {
      throw new SqlError(sqlStates.featureNotSupported, 'the mart is read only')
    }
    return { tag: 'SET' }
  })
}

function showing(words: readonly string[]): Command {
  const name = words.join(' ').replaceAll('"', '')
  const key = name.toLowerCase() === 'time zone' ? 'timezone' : name.toLowerCase()
  const run = ({ settings }: SessionState) => {
    const value = settings.get(key)
    if (value !== undefined) return { tag: 'SHOW', value }
    throw new SqlError(sqlStates.undefinedObject, `unrecognized configuration parameter "${name}"`)
  }
  return command(run, key.replaceAll(' ', '_'))
}
