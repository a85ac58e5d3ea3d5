import { gatewayEndpoints, type OperatedService } from '@stoa/contracts/gateway/operating'
import { queryOptions, type QueryClient } from '@tanstack/react-query'
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

/** Whether the system has monitoring: others, such as `documents`, need not. */
export async function hasMonitoring(client: QueryClient): Promise<boolean> {
  return (await servicesOf(client)).some(({ service }) => service === 'monitoring')
}

/** The state of every service, with the reasons of those that are not up. */
export const statesQuery = queryOptions({
  queryKey: ['states'],
  queryFn: ({ signal }) => operate('gateway', gatewayEndpoints.listStates, { signal }),
  refetchInterval: 2_000,
})

/** The services that have sagas. */
export function withSagas(services: readonly OperatedService[]): readonly OperatedService[] {
  return services.filter(({ sagas }) => sagas.length > 0)
}

/** The services that consume events, and so may have dead letters. */
export function withConsumers(services: readonly OperatedService[]): readonly OperatedService[] {
  return services.filter(({ consumes }) => consumes.length > 0)
}
