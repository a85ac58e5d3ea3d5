import { listTraces, type TraceSummary } from '@stoa/supervisor/traces'
import { readArguments, UsageError } from '../arguments.ts'
import { formatTable, say, sayJson, toned } from '../output.ts'
import { parseSince } from './logs.ts'

export const help = `Usage: stoa traces [--slow [MS]] [--error] [--service SERVICE] [--since 10m] [--limit 20] [--json]

Lists the stored traces by their first request, newest first; "stoa trace ID" shows one. Omits the requests of this command
line.
  --slow      slowest first; --slow=500 lists only traces of at least 500 ms
  --error     only traces with an error
  --since     only traces of the last 10 minutes (10m; s, m, h or d), or since a time
`

export async function run(args: readonly string[]): Promise<number> {
  const { folder, values } = readArguments(joinSlow(args), {
    slow: { type: 'string' },
    error: { type: 'boolean' },
    service: { type: 'string' },
    since: { type: 'string' },
    limit: { type: 'string' },
    json: { type: 'boolean' },
  })
  const traces = await listTraces(folder.telemetry, {
    leftOut: / \/admin\//,
    isFailed: values.error === true,
    order: values.slow === undefined ? 'latest' : 'slowest',
    minDurationMs: numberOf('--slow', values.slow ?? '0'),
    limit: numberOf('--limit', values.limit ?? '20'),
    ...(values.service === undefined ? {} : { service: values.service }),
    ...(values.since === undefined ? {} : { sinceMs: Date.parse(parseSince(values.since, new Date())) }),
  })
  if (values.json === true) {
    sayJson(traces)
    return 0
  }
  if (traces.length === 0) say('No stored trace matches.')
  else
    for (const line of formatTable(['TRACE', 'BEGAN', 'TOOK', 'SERVICE', 'WHAT', 'ERRORS'], traces.map(cells)))
      say(line)
  return 0
}

function cells({ traceId, startMs, durationMs, service, name, errors }: TraceSummary): string[] {
  const failed = errors === 0 ? '' : toned('red', String(errors))
  return [traceId, new Date(startMs).toISOString().slice(0, 19), `${durationMs.toFixed(1)} ms`, service, name, failed]
}

/** `--slow` alone is the slowest of all. */
function joinSlow(args: readonly string[]): string[] {
  return args.flatMap((arg, index) => {
    if (arg === '--slow') return /^-?\d/.test(args[index + 1] ?? '') ? [] : ['--slow=0']
    return args[index - 1] === '--slow' && /^-?\d/.test(arg) ? [`--slow=${arg}`] : [arg]
  })
}

function numberOf(option: string, text: string): number {
  const number = Number(text)
  if (Number.isFinite(number) && number >= 0) return number
  throw new UsageError(`${option} is "${text}", expected a number of at least 0`)
}
