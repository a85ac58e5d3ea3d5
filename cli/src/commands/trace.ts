import { findTraces, readTrace } from '@stoa/system/traces'
import { CommandFailed, readArguments, UsageError } from '../arguments.ts'
import { say, sayJson } from '../output.ts'
import { formatTrace } from '../trace-tree.ts'

export const help = `Usage: stoa trace ID [--json]

Shows one trace as a tree with durations. ID is a trace's, or any text that stands in one: an order's id.
`

export async function run(args: readonly string[]): Promise<number> {
  const { folder, positionals, values } = readArguments(args, { json: { type: 'boolean' } }, { positionals: 1 })
  const [wanted] = positionals
  if (wanted === undefined) throw new UsageError('trace needs the id of a trace or of an order')
  const ids = /^[0-9a-f]{32}$/.test(wanted) ? [wanted] : await findTraces(folder.telemetry, wanted)
  const traces = await Promise.all(ids.map((id) => readTrace(folder.telemetry, id)))
  // Whoever reads an order makes a small trace with its id; the one that placed it is the largest.
  const [largest] = traces.filter((spans) => spans.length > 0).toSorted((a, b) => b.length - a.length)
  if (largest === undefined) {
    throw new CommandFailed(`no kept trace has ${wanted}: traces are kept within a bounded space, the oldest go first`)
  }
  if (values.json === true) sayJson(largest)
  else for (const line of formatTrace(largest)) say(line)
  return 0
}
