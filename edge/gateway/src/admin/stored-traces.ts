import { platformError } from '@stoa/kernel'
import { listTraces, readTrace, type TraceFilter } from '@stoa/telemetry'
import type { TraceSpan, TraceSummary } from '@stoa/contracts/gateway/operating'

/** The traces that the processes of this machine have stored. */
export interface StoredTraces {
  readonly list: (filter: Omit<TraceFilter, 'leftOut' | 'sinceMs'>) => Promise<TraceSummary[]>
  /** @throws AppError `request.path_unknown` if no span of it is stored */
  readonly show: (traceId: string) => Promise<{ traceId: string; spans: TraceSpan[]; total: number }>
}

const spansShown = 10_000
// what operators do themselves: their requests to services, and to the gateway
const ofOperators = / \/(admin|api\/v1\/ops|console)\b/

/**
 * Reads the traces in the folder of TELEMETRY_FOLDER; without one, none is stored. A search reads every file, so that one runs
 * at a time: others wait.
 */
export function storedTraces(folder: string | undefined): StoredTraces {
  const inTurn = oneAfterTheOther()
  return {
    list: (filter) =>
      folder === undefined
        ? Promise.resolve([])
        : inTurn(() => listTraces(folder, { ...filter, leftOut: ofOperators, limit: filter.limit ?? 50 })),
    async show(traceId) {
      const spans =
        folder === undefined || !/^[0-9a-f]{32}$/.test(traceId) ? [] : await inTurn(() => readTrace(folder, traceId))
      if (spans.length === 0) {
        const why = 'storage is limited, and the oldest traces are deleted first'
        throw platformError('request.path_unknown', `No span of the trace ${traceId} is stored here: ${why}.`)
      }
      return { traceId, spans: spans.slice(0, spansShown).map(shown), total: spans.length }
    },
  }
}

function shown({ traceId: _traceId, events: _events, links, ...span }: Awaited<ReturnType<typeof readTrace>>[number]) {
  return {
    ...span,
    ...(links === undefined ? {} : { links: links.map(({ traceId, spanId }) => ({ traceId, spanId })) }),
  }
}

function oneAfterTheOther(): <T>(read: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (read) => {
    const next = last.then(read)
    last = next.catch(() => {})
    return next
  }
}
