import type { DataFolder } from '@stoa/system/supervisor/data-folder'
import { addressOf, askAsAdmin } from '../api.ts'
import { readArguments } from '../arguments.ts'
import { formatTable, say, sayJson } from '../output.ts'
import { requireArgument, runSubcommand } from '../subcommand.ts'

export const help = `Usage: stoa breakers ls [--json]
       stoa breakers reset SERVICE

The gateway's circuit breakers, one for each instance: closed lets calls through, open refuses them, half_open lets a few
try. A reset closes those of a service at once; they open again when its calls still fail.
`

interface Breaker {
  readonly service: string
  readonly instance: string
  readonly state: string
  readonly failuresInARow: number
  readonly calls: number
  readonly failures: number
  readonly retryAfterSeconds: number
}

export function run(args: readonly string[]): Promise<number> {
  return runSubcommand('breakers', { ls: list, reset }, args)
}

async function list(args: readonly string[]): Promise<number> {
  const { folder, values } = readArguments(args, { json: { type: 'boolean' } })
  const { items } = await askGateway<{ items: Breaker[] }>(folder, '', 'GET')
  if (values.json === true) {
    sayJson(items)
    return 0
  }
  const rows = items.map((each) => [
    each.service,
    each.instance,
    each.state,
    `${each.failures} of ${each.calls}`,
    String(each.failuresInARow),
    each.retryAfterSeconds > 0 ? `${each.retryAfterSeconds} s` : '',
  ])
  for (const line of formatTable(['SERVICE', 'INSTANCE', 'STATE', 'FAILED', 'IN A ROW', 'TRIES AGAIN IN'], rows))
    say(line)
  return 0
}

async function reset(args: readonly string[]): Promise<number> {
  const { folder, positionals } = readArguments(args, {}, { positionals: 1 })
  const service = requireArgument(positionals, 0, 'the service')
  await askGateway(folder, `/reset/${encodeURIComponent(service)}`, 'POST')
  say(`All instances of ${service} are called again.`)
  return 0
}

async function askGateway<Answer>(folder: DataFolder, path: string, method: string): Promise<Answer> {
  const url = `${await addressOf(folder, 'gateway.ADMIN_PORT')}/admin/circuit-breakers${path}`
  return askAsAdmin<Answer>(folder, url, { method })
}
