import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { streamAttribute } from './http-conventions.ts'
import type { StoredSpan } from './span-store.ts'

/** A span with its position in the tree of its trace. */
export interface PlacedSpan extends StoredSpan {
  /** 0 for a root, or for a span whose parent is not stored. */
  readonly depth: number
}

/**
 * Returns the stored spans of one trace over all services of a telemetry folder, in the order of its tree: each span before its
 * children, siblings by their start. Empty if none is stored.
 */
export async function readTrace(folder: string, traceId: string): Promise<PlacedSpan[]> {
  const spans = new Map<string, StoredSpan>()
  await scan(folder, `"traceId":"${traceId}"`, (span) => {
    if (span.traceId === traceId) spans.set(span.spanId, span)
  })
  return inTreeOrder([...spans.values()].toSorted((a, b) => a.startMs - b.startMs))
}

/** Returns the ids of the traces with a span that contains the text (such as an order id), the latest first, at most 100. */
export async function findTraces(folder: string, text: string): Promise<string[]> {
  const latest = new Map<string, number>()
  await scan(folder, text, ({ traceId, startMs }) => latest.set(traceId, Math.max(startMs, latest.get(traceId) ?? 0)))
  return [...latest]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 100)
    .map(([traceId]) => traceId)
}

/** A stored trace, described by its root span. */
export interface TraceSummary {
  readonly traceId: string
  readonly service: string
  readonly name: string
  /** Milliseconds since the epoch. */
  readonly startMs: number
  readonly durationMs: number
  /** Spans of the trace that failed. */
  readonly errors: number
}

/** Selects traces; an omitted condition matches all. */
export interface TraceFilter {
  readonly isFailed?: boolean
  readonly minDurationMs?: number
  /** The service of the root span. */
  readonly service?: string
  /** Names of root spans that are left out. */
  readonly leftOut?: RegExp
  readonly sinceMs?: number
  readonly order?: 'latest' | 'slowest'
  readonly limit?: number
}

/**
 * Lists stored traces whose root span is stored, 20 by default. The slowest contain no streams, whose duration depends on their
 * client.
 */
export async function listTraces(folder: string, filter: TraceFilter = {}): Promise<TraceSummary[]> {
  const { isFailed = false, minDurationMs = 0, service, leftOut, sinceMs = 0, order = 'latest', limit = 20 } = filter
  const errors = new Map<string, number>()
  await scan(folder, '"status":"error"', ({ traceId, status }) => {
    if (status === 'error') errors.set(traceId, (errors.get(traceId) ?? 0) + 1)
  })
  const roots: TraceSummary[] = []
  await scanRoots(folder, ({ traceId, service: by, name, startMs, durationMs, parentSpanId, attributes }) => {
    if (parentSpanId !== undefined || startMs < sinceMs || durationMs < minDurationMs) return
    if ((service !== undefined && by !== service) || (isFailed && !errors.has(traceId))) return
    if (leftOut?.test(name) === true) return
    if (order === 'slowest' && attributes?.[streamAttribute] === true) return
    roots.push({ traceId, service: by, name, startMs, durationMs, errors: errors.get(traceId) ?? 0 })
  })
  const sorted = roots.toSorted((a, b) => (order === 'slowest' ? b.durationMs - a.durationMs : b.startMs - a.startMs))
  return sorted.slice(0, limit)
}

/** Parses only the lines without a parent, which are few. */
async function scanRoots(folder: string, onSpan: (span: StoredSpan) => void): Promise<void> {
  for (const path of await listSegments(folder)) {
    const content = await readFile(path, 'utf8').catch(() => '')
    for (let start = 0, end = content.indexOf('\n'); end !== -1; start = end + 1, end = content.indexOf('\n', start)) {
      // The parent follows the ids of the span and its trace at the start of a line.
      const head = content.slice(start, Math.min(end, start + 160))
      const span = head.includes('"parentSpanId"') ? undefined : parseLine(content.slice(start, end))
      if (span !== undefined) onSpan(span)
    }
  }
}

async function scan(folder: string, text: string, onSpan: (span: StoredSpan) => void): Promise<void> {
  for (const path of await listSegments(folder)) {
    // A segment may be deleted between listing and reading.
    const content = await readFile(path, 'utf8').catch(() => '')
    for (let at = content.indexOf(text); at !== -1;) {
      const end = content.indexOf('\n', at)
      // A line without an end is still being written.
      if (end === -1) break
      const span = parseLine(content.slice(content.lastIndexOf('\n', at) + 1, end))
      if (span !== undefined) onSpan(span)
      at = content.indexOf(text, end)
    }
  }
}

async function listSegments(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    },
  )
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.jsonl'))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}

function parseLine(line: string): StoredSpan | undefined {
  try {
    return JSON.parse(line) as StoredSpan
  } catch {
    // Truncated by a kill -9 during a write.
    return undefined
  }
}

/** Places spans, sorted by their start, in the tree of their trace: each before its children. */
export function inTreeOrder(spans: readonly StoredSpan[]): PlacedSpan[] {
  const known = new Set(spans.map((span) => span.spanId))
  const byParent = Map.groupBy(spans, ({ parentSpanId }) =>
    parentSpanId !== undefined && known.has(parentSpanId) ? parentSpanId : undefined,
  )
  const placed: PlacedSpan[] = []
  // A list of its own instead of recursion: a foreign trace may be one chain of more spans than the call stack holds.
  const next: PlacedSpan[] = []
  const placeChildren = (parent: string | undefined, depth: number) => {
    const children = byParent.get(parent) ?? []
    byParent.delete(parent)
    for (const span of children.toReversed()) next.push({ ...span, depth })
  }
  placeChildren(undefined, 0)
  for (let span = next.pop(); span !== undefined; span = next.pop()) {
    placed.push(span)
    placeChildren(span.spanId, span.depth + 1)
  }
  return placed
}
