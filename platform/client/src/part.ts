import { serveEndpoints, type Service } from '@stoa/contract'
import type { Resolver } from '@stoa/discovery'
import type { AdminEndpoint } from '@stoa/kernel/admin'
import type { Dependency, Part } from '@stoa/kernel/part'
import type { Breakers } from './breakers.ts'
import { examineCallee } from './callee-health.ts'
import type { CallClient } from './calls.ts'
import { breakerEndpoints } from './endpoints.ts'

interface CallsPartOptions {
  readonly service: Service
  readonly calls: CallClient
  readonly breakers: Breakers
  readonly resolver: Resolver
}

/** The part of the clients of a service; closes their connections. */
export function callsPart({ service, calls, breakers, resolver }: CallsPartOptions): Part {
  const callees = Object.keys(service.calls)
  return {
    name: 'calls',
    stop() {
      calls.close()
      breakers.close()
    },
    dependencies: Object.fromEntries(
      callees.map((callee): [string, Dependency] => [
        `calls.${callee}`,
        { check: () => examineCallee({ callee, resolver, breakers }) },
      ]),
    ),
    admin: breakersAdmin(breakers),
  }
}

/** The operating endpoints of these breakers. */
export function breakersAdmin(breakers: Breakers): readonly AdminEndpoint[] {
  return serveEndpoints(breakerEndpoints, {
    listBreakers: async ({ query: { callee, ...rest } }) => ({ items: breakers.list({ ...rest, service: callee }) }),
    resetBreakers: async ({ query: { callee, ...rest } }) => ({ reset: breakers.reset({ ...rest, service: callee }) }),
  })
}
