import { registryEndpoints } from '@stoa/contracts/registry/operating'
import { acceptanceOf } from '../acceptance.ts'
import { readReaching } from '../arguments.ts'
import { askService } from '../operating.ts'
import { say, sayJson } from '../output.ts'
import { requireArgument } from '../subcommand.ts'

export const help = `Usage: stoa add NAME [--rotate] [--json]

Adds a service to the running system: accepts the paths, the permissions and the calls of the contract in contracts/NAME. The
gateway then serves the routes that its instances offer, and auth issues tokens for its permissions, without a restart. The
first time, the command prints the settings that its processes need; they cannot be shown again. Run it again after the
contract has new paths, permissions or calls. --rotate makes a new credential; the earlier token for the registry stays valid
until the next rotation, the earlier client secret does not.
`

export async function run(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(
    args,
    { rotate: { type: 'boolean' }, json: { type: 'boolean' } },
    { positionals: 1 },
  )
  const service = requireArgument(positionals, 0, 'NAME')
  const body = await acceptanceOf(service)
  const query = values.rotate === true ? { rotate: true } : {}
  const { credential } = await askService(system, 'registry', registryEndpoints.acceptService, {
    params: { service },
    query,
    body,
  })
  if (values.json === true) {
    sayJson({ service, accepted: body, ...(credential === undefined ? {} : { credential }) })
    return 0
  }
  say(`${service} is accepted with the paths ${body.paths.join(', ')}`)
  say(`and the permissions ${Object.keys(body.permissions).join(', ') || '(none)'}.`)
  if (credential === undefined) return 0
  say('')
  say('Settings of its processes, which cannot be shown again:')
  say(`REGISTRY_TOKEN=${credential.registryToken}`)
  say(`SERVICE_CLIENT_SECRET=${credential.clientSecret}`)
  return 0
}
