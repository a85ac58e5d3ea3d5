import { registryEndpoints } from '@stoa/contracts/registry/operating'
import { CommandFailed, readReaching } from '../arguments.ts'
import { askService } from '../operating.ts'
import { say } from '../output.ts'
import { requireArgument } from '../subcommand.ts'

export const help = `Usage: stoa remove NAME

Removes a service that was added with "stoa add": its routes are no longer served, its instances are forgotten, and its
credential ends. Its data stays. Stop its processes yourself.
`

export async function run(args: readonly string[]): Promise<number> {
  const { system, positionals } = readReaching(args, {}, { positionals: 1 })
  const service = requireArgument(positionals, 0, 'NAME')
  try {
    await askService(system, 'registry', registryEndpoints.removeService, { params: { service } })
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.code !== 'operating.not_found') throw error
    throw new CommandFailed(`"${service}" was not added: "stoa routes --states" lists the services`)
  }
  say(`${service} is removed: its routes are no longer served.`)
  return 0
}
