import { logEndpoints, type EventInLog } from '@stoa/events/endpoints'
import type { OperatedService } from '@stoa/contracts/gateway/operating'
import { operate } from './operate.ts'

interface EventFilter {
  readonly type?: string | undefined
  readonly text?: string | undefined
}

/** Lists the last events of the log that match, newest first. Any service that has events can read the log of all. */
export async function listEvents(
  services: readonly OperatedService[],
  { type, text }: EventFilter,
  signal: AbortSignal,
): Promise<EventInLog[]> {
  const reader = readerOf(services)
  if (reader === undefined) return []
  const query = {
    from: 'last',
    limit: 100,
    ...(type === undefined ? {} : { type: [type] }),
    ...(text === undefined ? {} : { text }),
  }
  const { items } = await operate(reader, logEndpoints.listEvents, { query, signal })
  return items.toSorted((a, b) => b.appendedAt.localeCompare(a.appendedAt))
}

/** Reads an event of the log. */
export function showEvent(services: readonly OperatedService[], id: string, signal: AbortSignal): Promise<EventInLog> {
  return operate(readerOf(services) ?? '', logEndpoints.showEvent, { params: { id }, signal })
}

/** The trace in which an event was published, from its `traceparent` (CloudEvents, Distributed Tracing extension). */
export function traceOf({ event }: EventInLog): string | undefined {
  const { traceparent } = event as { readonly traceparent?: unknown }
  return typeof traceparent === 'string' ? /^00-([0-9a-f]{32})-/.exec(traceparent)?.[1] : undefined
}

function readerOf(services: readonly OperatedService[]): string | undefined {
  return services.find(({ publishes, consumes }) => publishes.length + consumes.length > 0)?.service
}
