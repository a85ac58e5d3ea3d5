import { readArguments, UsageError } from '../arguments.ts'
import { upDetached } from '../up-detached.ts'
import { upInForeground } from '../up-in-foreground.ts'
import { note } from '../output.ts'

export const help = `Usage: stoa up [-d | --detach] [--only SERVICE,...] [--ports auto]

Starts everything and stays in the foreground until Ctrl-C.
  -d, --detach    return when everything is ready, and let it run in the background
  --only a,b      only these services, and the registry
  --ports auto    free ports in place of the usual ones; "stoa ps" says which

A service's settings are taken from the environment, for one service alone with its name before them (ORDER_LOG_LEVEL).
`

export async function run(args: readonly string[]): Promise<number> {
  const { folder, values } = readArguments(args, {
    detach: { type: 'boolean', short: 'd' },
    only: { type: 'string' },
    ports: { type: 'string' },
  })
  if (values.ports !== undefined && values.ports !== 'auto') {
    throw new UsageError(`--ports takes "auto" and nothing else: a single port is set by its setting (ORDER_PORT=9002)`)
  }
  if (values.detach === true)
    return upDetached(
      folder,
      args.filter((each) => each !== '-d' && each !== '--detach'),
    )
  return upInForeground({
    data: folder,
    only: values.only?.split(',').map((name) => name.trim()),
    isAutoPorts: values.ports === 'auto',
    environment: process.env,
    onProgress: note,
    onTrouble: note,
  })
}
