import { findTraces, readTrace } from '@stoa/supervisor/traces'
import { CommandFailed, readArguments, UsageError } from '../arguments.ts'
import { say, sayJson } from '../output.ts'
import { formatTrace } from '../trace-tree.ts'

export const help = `Usage: stoa trace ID [--sql] [--json]

Shows one trace as a tree with durations. ID is the id of a trace, or a text that a trace contains, such as an order id.

  --sql   Also shows the statements sent to the databases.
`

export async function run(args: readonly string[]): Promise<number> {
  const { folder, positionals, values } = readArguments(
    args,
    { json: { type: 'boolean' }, sql: { type: 'boolean' } },
    { positionals: 1 },
  )
  const [wanted] = positionals
  if (wanted === undefined) throw new UsageError('trace requires the id of a trace or of an order')
  const ids = /^[0-9a-f]{32}$/.test(wanted) ? [wanted] : await findTraces(folder.telemetry, wanted)
  const traces = await Promise.all(ids.map((id) => readTrace(folder.telemetry, id)))
  // Every read of an order creates a small trace with its id; the trace that placed the order is the largest.
  const [largest] = traces.filter((spans) => spans.length > 0).toSorted((a, b) => b.length - a.length)
  if (largest === undefined) {
    throw new CommandFailed(
      `no stored trace contains ${wanted}: trace storage is limited, and the oldest traces are deleted first`,
    )
  }
  if (values.json === true) sayJson(largest)
  else for (const line of formatTrace(largest, { withStatements: values.sql === true })) say(line)
  return 0
}
