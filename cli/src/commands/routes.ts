import { readReaching, UsageError } from '../arguments.ts'
import { gatewayEndpoints } from '@stoa/contracts/gateway/operating'
import { askService } from '../operating.ts'
import { formatTable, say, sayJson } from '../output.ts'

export const help = `Usage: stoa routes [SERVICE] [--json]

Lists the routes of the running gateway: method, path, service, required permission, rate limit and timeout.
`

export async function run(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(args, { json: { type: 'boolean' } }, { positionals: 1 })
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
