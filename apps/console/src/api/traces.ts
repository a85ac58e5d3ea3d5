import { gatewayEndpoints } from '@stoa/contracts/gateway/operating'
import { getTrace, listTraces } from '@stoa/contracts/monitoring/http'
import type { Trace, TraceSummary } from '@stoa/contracts/monitoring/resources'
import { restClient } from '@stoa/rest'
import type { QueryClient } from '@tanstack/react-query'
import { operate } from './operate.ts'
import { appHeaders } from './session.ts'
import { hasMonitoring } from './system.ts'

const monitoring = restClient({ operations: { getTrace, listTraces } }, { url: '', headers: appHeaders })

/** Which traces are listed. */
export interface WantedTraces {
  readonly service: string | undefined
  readonly show: string | undefined
}

const limit = 100

/** Lists the traces of monitoring; of a system without it, those on the machine of the gateway. */
export async function fetchTraces(
  client: QueryClient,
  { service, show }: WantedTraces,
  signal: AbortSignal,
): Promise<readonly TraceSummary[]> {
  const order = show === 'slowest' ? 'slowest' : 'latest'
  const isFailed = show === 'failed'
  const ofService = service === undefined ? {} : { service }
  if (await hasMonitoring(client)) {
    const query = { ...ofService, order, limit, ...(isFailed ? { status: 'error' as const } : {}) } as const
    return (await monitoring.listTraces({ query, signal })).body.items
  }
  const query = { ...ofService, order, limit, ...(isFailed ? { isFailed } : {}) } as const
  const { items } = await operate('gateway', gatewayEndpoints.listTraces, { query, signal })
  return items.map(({ startMs, ...trace }) => ({ ...trace, startedAt: new Date(startMs).toISOString() }))
}

/** Reads a trace from where it is stored. */
export async function fetchTrace(client: QueryClient, id: string, signal: AbortSignal): Promise<Trace> {
  const params = { id }
  if (await hasMonitoring(client)) return (await monitoring.getTrace({ params, signal })).body
  return operate('gateway', gatewayEndpoints.showTrace, { params, signal })
}
