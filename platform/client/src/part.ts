import type { Service } from '@stoa/contract'
import type { Resolver } from '@stoa/discovery'
import { textOf, unknownPath, type Area } from '@stoa/kernel/admin'
import type { Dependency, Part } from '@stoa/kernel/part'
import type { Breakers } from './breakers.ts'
import { examineCallee } from './callee-health.ts'
import type { CallClient } from './calls.ts'

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
    admin: { 'circuit-breakers': breakersArea(breakers) },
  }
}

/** `/admin/circuit-breakers` lists and `reset` closes the breakers selected by `callee`, `instance` and `scope` in the query. */
function breakersArea(breakers: Breakers): Area {
  return async ({ method, path, query }) => {
    const selected = {
      service: textOf(query, 'callee'),
      instance: textOf(query, 'instance'),
      scope: textOf(query, 'scope'),
    }
    if (method === 'GET' && path.length === 0) return { items: breakers.list(selected) }
    if (method === 'POST' && path.length === 1 && path[0] === 'reset') return { reset: breakers.reset(selected) }
    throw unknownPath()
  }
}
