import { gatewayEndpoints, type OperatedService } from '@stoa/contracts/gateway/operating'
import { healthEndpoints } from '@stoa/service/endpoints'
import { queryOptions, type QueryClient } from '@tanstack/react-query'
import { shownError } from './problem.ts'
import { operate } from './operate.ts'

/** The services of the system, with what their contracts declare. */
export const servicesQuery = queryOptions({
  queryKey: ['services'],
  queryFn: async ({ signal }) => (await operate('gateway', gatewayEndpoints.listServices, { signal })).items,
  staleTime: 300_000,
})

/** The services of the system, read once. */
export function servicesOf(client: QueryClient): Promise<OperatedService[]> {
  return client.query({ ...servicesQuery, staleTime: 'static' })
}

/** A dependency of a service that does not work. */
export interface BrokenPart {
  readonly name: string
  readonly reason: string
}

/** How a service is. */
export interface ServiceState {
  readonly service: string
  readonly state: 'up' | 'degraded' | 'down'
  readonly instances: number
  readonly drained: number
  /** Why it is not up; empty if it is. */
  readonly broken: readonly BrokenPart[]
  /** The circuit breakers of the gateway that are not closed. */
  readonly breakers: readonly string[]
}

/** The state of every service as the gateway sees it, with the reasons that the services give themselves. */
export const statesQuery = queryOptions({
  queryKey: ['states'],
  queryFn: ({ signal }) => readStates(signal),
  refetchInterval: 2_000,
})

async function readStates(signal: AbortSignal): Promise<ServiceState[]> {
  const [{ items }, own] = await Promise.all([
    operate('gateway', gatewayEndpoints.listUpstreams, { signal }),
    operate('gateway', healthEndpoints.showHealth, { signal }),
  ])
  const states = await Promise.all(
    items.map(async ({ service, instances }): Promise<ServiceState> => {
      const breakers = instances.flatMap(({ id, breakers }) =>
        breakers.filter(({ state }) => state !== 'closed').map(({ scope, state }) => `${id} ${scope}: ${state}`),
      )
      const shared = {
        service,
        instances: instances.length,
        drained: instances.filter(({ isDrained }) => isDrained).length,
        breakers,
      }
      if (instances.length === 0)
        return { ...shared, state: 'down', broken: [{ name: 'instances', reason: 'none is registered' }] }
      return { ...shared, ...(await healthOf(service, signal)) }
    }),
  )
  return [{ service: 'gateway', instances: 1, drained: 0, breakers: [], ...healthIn(own) }, ...states]
}

type Health = Awaited<ReturnType<typeof operate<typeof healthEndpoints.showHealth>>>

async function healthOf(service: string, signal: AbortSignal): Promise<Pick<ServiceState, 'state' | 'broken'>> {
  try {
    return healthIn(
      await operate(service, healthEndpoints.showHealth, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(4_000)]),
      }),
    )
  } catch (error) {
    signal.throwIfAborted()
    const { title, detail } = shownError(error)
    return { state: 'down', broken: [{ name: 'responses', reason: detail ?? title }] }
  }
}

function healthIn({ status, components }: Health): Pick<ServiceState, 'state' | 'broken'> {
  const broken = Object.entries(components)
    .filter(([, { status: part }]) => part === 'down')
    .map(([name, { reason = 'down' }]) => ({ name, reason }))
  return { state: status, broken }
}

/** The services that have sagas. */
export function withSagas(services: readonly OperatedService[]): readonly OperatedService[] {
  return services.filter(({ sagas }) => sagas.length > 0)
}

/** The services that consume events, and so may have dead letters. */
export function withConsumers(services: readonly OperatedService[]): readonly OperatedService[] {
  return services.filter(({ consumes }) => consumes.length > 0)
}
