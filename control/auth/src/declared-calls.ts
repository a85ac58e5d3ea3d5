import type { Service } from '@stoa/contract'
import type { DeclaredCalls } from './oidc/clients.ts'

/** Which methods each service has declared that it calls: caller → callee → full names of the methods. */
export function declaredCalls(services: readonly Service[]): DeclaredCalls {
  return new Map(services.map((service) => [service.name, callsOf(service)]))
}

function callsOf({ calls }: Service): ReadonlyMap<string, readonly string[]> {
  const picked = Object.entries(calls)
  return new Map(
    picked.map(([callee, { service, methods }]) => {
      const wanted = new Set<string>(methods as readonly string[])
      const names = (service.methods as readonly { localName: string; name: string }[])
        .filter((method) => wanted.has(method.localName))
        .map((method) => `${service.typeName}/${method.name}`)
      return [callee, names]
    }),
  )
}
