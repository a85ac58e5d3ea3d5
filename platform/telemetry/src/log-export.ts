import { currentContext } from './context.ts'
import { encodeLogs } from './encode-logs.ts'
import type { LogLevel, LogRecord } from './logger.ts'
import { makeOtlpSink, type OtlpSinkOptions } from './otlp-sink.ts'
import { makePipeline, type Pipeline } from './pipeline.ts'

/** Which log lines are sent to the collector. */
export interface LogExportSettings {
  /** The exporters of OTEL_LOGS_EXPORTER, separated by commas: `otlp` (default), `none`, or `console`, which standard output always is. */
  readonly logsExporter?: string | undefined
  /** The least severe level that is sent, of those that are written; `info` by default. */
  readonly logExportLevel?: LogLevel | undefined
}

const known = new Set(['otlp', 'none', 'console'])
const order: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent']
const signal = { path: '/v1/logs', what: 'log records', encode: encodeLogs }

/** Whether OTEL_LOGS_EXPORTER wants lines to be sent; without a known name in it, as if it were not set. */
export function sendsLogs(logsExporter: string | undefined, onUnknown?: (name: string) => void): boolean {
  const names = (logsExporter ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')
  for (const name of names) if (!known.has(name)) onUnknown?.(name)
  const wanted = names.filter((name) => known.has(name))
  return wanted.length === 0 || wanted.includes('otlp')
}

/** Holds written log lines for a moment and sends them; the last quarter of the memory is for warnings and errors. */
export function makeLogExport(
  { logExportLevel = 'info' }: LogExportSettings,
  sink: OtlpSinkOptions,
  onDropped: (count: number, error: unknown) => void,
): Pipeline<LogRecord> {
  const sent = new Set<string>(order.slice(order.indexOf(logExportLevel)))
  const pipeline = makePipeline<LogRecord>({
    sinks: [makeOtlpSink(signal, sink)],
    onDropped,
    tooFast: 'log lines are written faster than they can be sent',
    isImportant: ({ level }) => level === 'warn' || level === 'error',
  })
  const inOrder = makeDistinctTimes()
  return {
    ...pipeline,
    add(record) {
      if (!sent.has(record.level) || currentContext()?.keepsLogsLocal === true) return
      pipeline.add({ ...record, timeMs: inOrder(record.timeMs) })
    },
  }
}

// Lines of one millisecond get different microseconds: so a collector keeps their order, and can tell a line that is sent again
// from one that is written twice.
function makeDistinctTimes(): (timeMs: number) => number {
  let lastMs = 0
  let micros = 0
  return (timeMs) => {
    micros = timeMs === lastMs ? Math.min(micros + 1, 999) : 0
    lastMs = timeMs
    return timeMs + micros / 1_000
  }
}
