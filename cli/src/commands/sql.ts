import { createInterface } from 'node:readline/promises'
import { text as readAll } from 'node:stream/consumers'
import { readArguments, UsageError } from '../arguments.ts'
import { formatTable, note, say, sayJson } from '../output.ts'
import { openSql, type SqlResult, type SqlSession } from '../sql-session.ts'
import { requireArgument } from '../subcommand.ts'

export const help = `Usage: stoa sql SERVICE [STATEMENT] [--write] [--json]

Runs a statement in the database of a service (or "event_log"), with the role of the service. If STATEMENT is omitted, it is
read from standard input; on a terminal, statements are read until Ctrl-D, each ended by a semicolon.
  --write  allow changes; by default every statement runs in a read-only transaction
  --json   print the rows as a JSON array; bigint and numeric values are strings, so that no digit is lost
`

export async function run(args: readonly string[]): Promise<number> {
  const { folder, values, positionals } = readArguments(
    args,
    { write: { type: 'boolean' }, json: { type: 'boolean' } },
    { positionals: 2 },
  )
  const service = requireArgument(positionals, 0, 'the service')
  const session = await openSql(folder, service, { mayWrite: values.write === true })
  const print = values.json === true ? ({ rows }: SqlResult) => sayJson(rows) : show
  try {
    const [, given] = positionals
    if (given === undefined && process.stdin.isTTY) await converse(session, service, print)
    else print(await session.run(requireStatement(given ?? (await readAll(process.stdin)))))
  } finally {
    await session.close()
  }
  return 0
}

function requireStatement(text: string): string {
  if (text.trim() === '') throw new UsageError('the statement is missing; --help shows the usage')
  return text
}

async function converse(session: SqlSession, service: string, print: (result: SqlResult) => void): Promise<void> {
  const lines = createInterface({ input: process.stdin, output: process.stdout, prompt: `${service}=> ` })
  let statement = ''
  lines.prompt()
  for await (const line of lines) {
    statement += `${line}\n`
    if (/;\s*$/.test(line)) {
      try {
        print(await session.run(statement))
      } catch (error) {
        note(error instanceof Error ? error.message : String(error))
      }
      statement = ''
    }
    lines.prompt()
  }
  say()
}

function show({ columns, rows, command, count }: SqlResult): void {
  if (columns.length === 0) {
    say(`${command}${count === undefined ? '' : ` ${count}`}`)
    return
  }
  for (const line of formatTable(
    columns,
    rows.map((row) => columns.map((name) => cell(row[name]))),
  ))
    say(line)
  say(`(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`)
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'string' ? value : JSON.stringify(value)
}
