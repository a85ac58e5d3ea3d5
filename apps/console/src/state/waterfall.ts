/** What the waterfall needs of a span. */
export interface TimedSpan {
  readonly startMs: number
  readonly durationMs: number
}

/** An idle time that is left out of the axis. */
export interface Gap {
  readonly fromMs: number
  readonly toMs: number
}

/** The axis of a waterfall: real time without its long gaps. */
export interface Axis {
  readonly startMs: number
  readonly endMs: number
  readonly gaps: readonly Gap[]
  /** The position of a time, from 0 to 1. */
  readonly at: (ms: number) => number
}

/** The width of a gap that is folded, as part of the axis. */
const foldedPart = 0.03
/** The part of the whole that an idle time must be to be folded. */
const gapPart = 0.2

/** Makes the axis of these spans: idle times of more than a fifth of the whole are folded. */
export function axisOf(spans: readonly TimedSpan[]): Axis {
  const sorted = spans.toSorted((a, b) => a.startMs - b.startMs)
  const startMs = sorted[0]?.startMs ?? 0
  const endMs = Math.max(startMs, ...sorted.map((span) => span.startMs + span.durationMs))
  const gaps = idleTimes(sorted).filter(({ fromMs, toMs }) => toMs - fromMs > (endMs - startMs) * gapPart)
  const idleMs = gaps.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  const busyMs = Math.max(endMs - startMs - idleMs, 0.001)
  const busyPart = 1 - gaps.length * foldedPart
  return {
    startMs,
    endMs,
    gaps,
    at(ms) {
      let position = 0
      let cursor = startMs
      for (const { fromMs, toMs } of gaps) {
        if (ms <= fromMs) break
        position += ((fromMs - cursor) / busyMs) * busyPart
        if (ms < toMs) return position + ((ms - fromMs) / (toMs - fromMs)) * foldedPart
        position += foldedPart
        cursor = toMs
      }
      return Math.min(1, Math.max(0, position + ((ms - cursor) / busyMs) * busyPart))
    },
  }
}

/** The times in which no span was active, between the first and the last. */
function idleTimes(sorted: readonly TimedSpan[]): Gap[] {
  const idle: Gap[] = []
  let untilMs = sorted[0]?.startMs ?? 0
  for (const { startMs, durationMs } of sorted) {
    if (startMs > untilMs) idle.push({ fromMs: untilMs, toMs: startMs })
    untilMs = Math.max(untilMs, startMs + durationMs)
  }
  return idle
}

/** The services with the most spans, at most six, in this order; the others share one colour. */
export function busiestServices(spans: readonly { readonly service: string }[]): string[] {
  const counts = new Map<string, number>()
  for (const { service } of spans) counts.set(service, (counts.get(service) ?? 0) + 1)
  return [...counts]
    .toSorted(([a, first], [b, second]) => second - first || a.localeCompare(b))
    .slice(0, 6)
    .map(([service]) => service)
}
