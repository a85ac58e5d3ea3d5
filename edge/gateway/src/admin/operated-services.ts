import { consumedEvents, type Service } from '@stoa/contract'
import type { OperatedService } from '@stoa/contracts/gateway/operating'

/** What the contracts of these services declare for operators. */
export function operatedServices(services: readonly Service[]): OperatedService[] {
  return services.map((service) => ({
    service: service.name,
    owner: service.owner,
    sagas: Object.keys(service.sagas),
    publishes: typesOf(Object.values(service.publishes)),
    consumes: typesOf(consumedEvents(service)),
    calls: Object.keys(service.calls),
    hasTasks: Object.keys(service.tasks).length > 0,
  }))
}

function typesOf(events: readonly { readonly type: string }[]): string[] {
  return [...new Set(events.map(({ type }) => type))].sort()
}
