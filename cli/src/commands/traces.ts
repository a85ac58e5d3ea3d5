import type { TraceSummary } from '@stoa/contracts/monitoring/resources'
import { readReaching, UsageError } from '../arguments.ts'
import { formatTable, say, sayJson, toned } from '../output.ts'
import { wantedTraces } from '../stored-traces.ts'
import { parseSince } from './logs.ts'

export const help = `Usage: stoa traces [--service SERVICE] [--route TEXT] [--status ok|error] [--slower-than MS]
                   [--attribute KEY=VALUE]... [--slow [MS]] [--since 10m] [--limit 20] [--json]

Lists the stored traces by their first request, newest first; "stoa trace ID" shows one. Omits the requests of operators.
  --service     traces in which this service served a request
  --route       traces with a request whose name contains this text, such as "POST /api/v1/orders"
  --status      only traces with an error (--error is the same as --status error), or only those without
  --slower-than traces that took at least this many milliseconds; with --service or --route, in which such a request did
  --attribute   traces in which a span has this attribute, such as http.response.status_code=409; may be repeated
  --slow        slowest first; --slow=500 lists only traces of at least 500 ms
  --since       only traces of the last 10 minutes (10m; s, m, h or d), or since a time
`

export async function run(args: readonly string[]): Promise<number> {
  const { system, values } = readReaching(joinSlow(args), {
    slow: { type: 'string' },
    'slower-than': { type: 'string' },
    error: { type: 'boolean' },
    status: { type: 'string' },
    service: { type: 'string' },
    route: { type: 'string' },
    attribute: { type: 'string', multiple: true },
    since: { type: 'string' },
    limit: { type: 'string' },
    json: { type: 'boolean' },
  })
  const { slow, 'slower-than': slowerThan } = values
  const least = Math.max(numberOf('--slow', slow ?? '0'), numberOf('--slower-than', slowerThan ?? '0'))
  const traces = await wantedTraces(system, {
    service: values.service,
    route: values.route,
    status: statusOf(values.status, values.error === true),
    slowerThanMs: least === 0 ? undefined : least,
    attributes: values.attribute ?? [],
    since: values.since === undefined ? undefined : parseSince(values.since, new Date()),
    order: slow === undefined ? 'latest' : 'slowest',
    limit: numberOf('--limit', values.limit ?? '20'),
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

function cells({ traceId, startedAt, durationMs, service, name, errors }: TraceSummary): string[] {
  const failed = errors === 0 ? '' : toned('red', String(errors))
  return [traceId, startedAt.slice(0, 19), `${durationMs.toFixed(1)} ms`, service, name, failed]
}

function statusOf(status: string | undefined, isError: boolean): 'ok' | 'error' | undefined {
  if (status === undefined) return isError ? 'error' : undefined
  if (isError && status === 'ok') throw new UsageError('--error and --status ok exclude each other')
  if (status === 'ok' || status === 'error') return status
  throw new UsageError(`--status is "${status}", expected ok or error`)
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
  if (text !== '' && Number.isFinite(number) && number >= 0) return number
  throw new UsageError(`${option} is "${text}", expected a number of at least 0`)
}
