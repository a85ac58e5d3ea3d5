import { text } from 'node:stream/consumers'
import { resolve } from 'node:path'
import { makeSecrets, registryTokenOf } from '@stoa/supervisor/make-secrets'
import { defaultSystem, loadSystem } from '@stoa/system/load-system'
import { readArguments, UsageError } from '../arguments.ts'
import { say } from '../output.ts'
import { requireArgument, runSubcommand } from '../subcommand.ts'

export const help = `Usage: stoa secrets make --out DIR [--database HOST:PORT] [--system NAME]
       stoa secrets token SERVICE

make writes the secrets of a system that is deployed, a file for each Secret: DIR/order-secrets.env for order, DIR/shared-secrets.env for
all. Compose reads these files, and "kubectl create secret generic order-secrets --from-env-file DIR/order-secrets.env" does. It may be
repeated: what a file contains stays, and missing secrets are added. Keep DIR as you keep passwords. HOST is the server
of PostgreSQL, postgres by default. NAME is ${defaultSystem} by default.
token reads the REGISTRY_TOKEN of the registry from the standard input and prints that of a service, which is derived from it.
`

export async function run(args: readonly string[]): Promise<number> {
  return runSubcommand('secrets', { make, token }, args)
}

async function make(args: readonly string[]): Promise<number> {
  const { values } = readArguments(args, {
    out: { type: 'string' },
    database: { type: 'string', default: 'postgres' },
    system: { type: 'string', default: defaultSystem },
  })
  if (values.out === undefined || values.out === '')
    throw new UsageError('--out DIR is missing; --help shows the usage')
  if (!/^[\w.-]+(:\d{1,5})?$/.test(values.database))
    throw new UsageError(`--database ${values.database} is not HOST or HOST:PORT`)
  const count = await makeSecrets(await loadSystem(values.system), resolve(values.out), values.database)
  say(`${count} files in ${values.out}; never commit them`)
  return 0
}

async function token(args: readonly string[]): Promise<number> {
  const { positionals } = readArguments(args, {}, { positionals: 1 })
  const service = requireArgument(positionals, 0, 'SERVICE')
  const systemToken = (await text(process.stdin)).trim()
  if (systemToken.length < 16)
    throw new UsageError(
      'token reads the REGISTRY_TOKEN of the registry from the standard input: at least 16 characters',
    )
  say(registryTokenOf(systemToken, service))
  return 0
}
