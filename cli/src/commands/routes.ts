import { addressOf, askAsAdmin } from '../api.ts'
import { readArguments } from '../arguments.ts'
import { formatTable, say, sayJson } from '../output.ts'

export const help = `Usage: stoa routes [SERVICE] [--json]

Lists what the running gateway serves: method, path, who answers, which permission it takes, limit and timeout.
`

interface Route {
  readonly service: string
  readonly name: string
  readonly method: string
  readonly path: string
  readonly permission: string
  readonly rateClass: string
  readonly timeoutMs: number
}

export async function run(args: readonly string[]): Promise<number> {
  const { folder, values, positionals } = readArguments(args, { json: { type: 'boolean' } }, { positionals: 1 })
  const url = `${await addressOf(folder, 'gateway.ADMIN_PORT')}/admin/routes`
  const { items } = await askAsAdmin<{ items: Route[] }>(folder, url)
  const [service] = positionals
  const routes = items.filter((route) => service === undefined || route.service === service)
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
