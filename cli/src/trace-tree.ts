import { toned } from './output.ts'
import type { ShownSpan } from './stored-traces.ts'

const barWidth = 24

/**
 * Formats a trace for people: one line per span under its parent, with its start, its duration and a bar; statements to
 * databases only if they are asked for.
 */
export function formatTrace(
  all: readonly ShownSpan[],
  { withStatements = false }: { readonly withStatements?: boolean } = {},
): string[] {
  const spans = withStatements ? all : all.filter((span) => !isStatement(span))
  const [first] = spans
  if (first === undefined) return []
  const startMs = Math.min(...spans.map((span) => span.startMs))
  const endMs = Math.max(...spans.map((span) => span.startMs + span.durationMs))
  const labels = spans.map(({ depth, service, name }) => `${'  '.repeat(depth)}${service}: ${name}`)
  const width = Math.min(72, Math.max(...labels.map((label) => label.length)))
  const services = new Set(spans.map(({ service }) => service)).size
  const hidden = all.length - spans.length
  const statements = hidden === 0 ? '' : `, and ${hidden} statements (--sql)`
  const duration = formatMs(endMs - startMs)
  const head = `Trace ${first.traceId}: ${spans.length} spans in ${services} services, ${duration}${statements}`
  const lines = spans.map((span, index) => {
    const label = (labels[index] ?? '').slice(0, width).padEnd(width)
    const columns = [label, `+${formatMs(span.startMs - startMs)}`.padStart(10), formatMs(span.durationMs).padStart(9)]
    const isFailed = span.status === 'error'
    const text = `${columns.join(' ')}  ${bar(span, startMs, endMs)}${isFailed ? `  ${span.statusMessage ?? 'failed'}` : ''}`
    return isFailed ? toned('red', text.trimEnd()) : text.trimEnd()
  })
  return [toned('bold', head), ...lines]
}

function isStatement({ attributes }: ShownSpan): boolean {
  return attributes?.['db.system.name'] !== undefined
}

function bar({ startMs, durationMs }: ShownSpan, from: number, to: number): string {
  const scale = barWidth / Math.max(to - from, 0.001)
  const before = Math.min(barWidth - 1, Math.floor((startMs - from) * scale))
  const length = Math.max(1, Math.min(barWidth - before, Math.round(durationMs * scale)))
  return ' '.repeat(before) + '█'.repeat(length)
}

function formatMs(ms: number): string {
  return ms < 10_000 ? `${ms.toFixed(ms < 10 ? 2 : 1)} ms` : `${(ms / 1_000).toFixed(1)} s`
}
