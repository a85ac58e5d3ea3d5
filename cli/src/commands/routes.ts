import { readReaching, UsageError } from '../arguments.ts'
import { gatewayEndpoints } from '@stoa/contracts/gateway/operating'
import { askService } from '../operating.ts'
import { formatTable, say, sayJson } from '../output.ts'
import type { ReachedSystem } from '../system-url.ts'

export const help = `Usage: stoa routes [SERVICE] [--json]
       stoa routes --states [--json]

Lists the routes of the running gateway: method, path, service, required permission, rate limit and timeout. --states shows of
each service whether its routes are served: accepted, offered by an instance but not accepted, or refused, with the reason.
`

export async function run(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(
    args,
    { json: { type: 'boolean' }, states: { type: 'boolean' } },
    { positionals: 1 },
  )
  if (values.states === true) return showStates(system, values.json)
  const { items } = await askService(system, 'gateway', gatewayEndpoints.listRoutes)
  const [service] = positionals
  const routes = items.filter((route) => service === undefined || route.service === service)
  if (service !== undefined && routes.length === 0) {
    const known = [...new Set(items.map((route) => route.service))].toSorted()
    throw new UsageError(`the gateway has no route to "${service}": expected one of ${known.join(', ')}`)
  }
  if (values.json === true) {
    sayJson(routes)
    return 0
  }
  const rows = routes.map((each) => [
    each.method,
    each.path,
    each.service,
    each.permission,
    each.rateClass,
    `${each.timeoutMs / 1_000} s`,
  ])
  for (const line of formatTable(['METHOD', 'PATH', 'SERVICE', 'PERMISSION', 'LIMIT', 'TIMEOUT'], rows)) say(line)
  return 0
}

async function showStates(system: ReachedSystem, isJson: boolean | undefined): Promise<number> {
  const { items } = await askService(system, 'gateway', gatewayEndpoints.listRouteStates)
  if (isJson === true) sayJson(items)
  else {
    const rows = items.map(({ service, source, state, digest = '', reasons }) => [
      service,
      state,
      source,
      digest.slice(0, 12),
      reasons.join('; '),
    ])
    for (const line of formatTable(['SERVICE', 'STATE', 'SOURCE', 'DIGEST', 'REASON'], rows)) say(line)
  }
  return 0
}
