import { readReaching, UsageError } from '../arguments.ts'
import { say, sayJson } from '../output.ts'
import { findTrace } from '../stored-traces.ts'
import { formatTrace } from '../trace-tree.ts'

export const help = `Usage: stoa trace ID [--sql] [--json]

Shows one trace as a tree with durations. ID is the id of a trace, or a text that a trace contains, such as an order id.

  --sql   Also shows the statements sent to the databases.
`

export async function run(args: readonly string[]): Promise<number> {
  const { system, positionals, values } = readReaching(
    args,
    { json: { type: 'boolean' }, sql: { type: 'boolean' } },
    { positionals: 1 },
  )
  const [wanted] = positionals
  if (wanted === undefined) throw new UsageError('trace requires the id of a trace or of an order')
  const spans = await findTrace(system, wanted)
  if (values.json === true) sayJson(spans)
  else for (const line of formatTrace(spans, { withStatements: values.sql === true })) say(line)
  return 0
}
