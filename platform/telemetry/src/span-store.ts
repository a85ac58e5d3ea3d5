import { appendFile, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { EndedSpan } from './span.ts'
import type { SpanSink } from './span-pipeline.ts'

/** The process from which spans come. */
export interface SpanOrigin {
  readonly service: string
  readonly instance: string
}

interface SpanStoreOptions extends SpanOrigin {
  /** The folder of the spans of all services; each service has its own folder in it. */
  readonly folder: string
  /** Maximum bytes per service, over all its instances; 16 MiB by default. */
  readonly maxBytes?: number
}

/** A span as one line of a segment file. */
export interface StoredSpan extends SpanOrigin {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: EndedSpan['kind']
  /** Milliseconds since the epoch, with fractions. */
  readonly startMs: number
  readonly durationMs: number
  readonly status?: 'error'
  readonly statusMessage?: string
  readonly attributes?: EndedSpan['attributes']
  readonly links?: EndedSpan['links']
  readonly events?: EndedSpan['events']
}

const segmentsKept = 8
const filesKept = 64

/**
 * Stores spans in JSONL segment files, one line per span, 16 MiB per service by default: beyond that, the oldest segment is
 * deleted. Each instance of a service writes its own files. A full disk rejects the write; a removed folder is created again.
 */
export function makeSpanStore(options: SpanStoreOptions): SpanSink {
  const { service, instance, maxBytes = 16 * 1024 * 1024 } = options
  const folder = join(options.folder, service)
  const origin = { service, instance }
  let segment = ''
  let segmentBytes = Infinity
  let last: Promise<void> = Promise.resolve()

  const append = async (text: string) => {
    const isNew = segmentBytes > maxBytes / segmentsKept
    if (isNew) {
      // Names sort by time over all instances, so that the oldest segment is the first.
      segment = join(folder, `${Date.now()}-${instance}.jsonl`)
      segmentBytes = 0
    }
    await appendFile(segment, text, { mode: 0o600 }).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await appendFile(segment, text, { mode: 0o600 })
    })
    segmentBytes += text.length
    if (isNew) await dropOldest(folder, maxBytes)
  }

  return {
    write(spans) {
      const text = spans.map((span) => formatSpan(span, origin)).join('')
      const write = last.then(() => append(text))
      last = write.catch(() => undefined)
      return write
    },
    close: () => last,
  }
}

function formatSpan(span: EndedSpan, origin: SpanOrigin): string {
  const stored: StoredSpan = {
    traceId: span.context.traceId,
    spanId: span.context.spanId,
    ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
    ...origin,
    name: span.name,
    kind: span.kind,
    startMs: round(span.startMs),
    durationMs: round(span.endMs - span.startMs),
    ...(span.status === 'error' ? { status: 'error', statusMessage: span.statusMessage ?? '' } : {}),
    attributes: span.attributes,
    ...(span.links.length === 0 ? {} : { links: span.links }),
    ...(span.events.length === 0 ? {} : { events: span.events }),
  }
  return `${JSON.stringify(stored)}\n`
}

function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000
}

async function dropOldest(folder: string, maxBytes: number): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).toSorted()
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  // Reserves the space of the segment that has just been started.
  let kept = maxBytes / segmentsKept
  for (let i = names.length - 1; i >= 0; i -= 1) {
    kept += sizes[i] ?? 0
    const isOverCount = names.length - i > filesKept
    if (kept > maxBytes || isOverCount) await rm(join(folder, names[i] ?? ''), { force: true })
  }
}
