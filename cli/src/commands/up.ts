import { readArguments, UsageError } from '../arguments.ts'
import { upDetached } from '../up-detached.ts'
import { upInForeground } from '../up-in-foreground.ts'

export const help = `Usage: stoa up [-d | --detach] [--only SERVICE,...] [--without SERVICE,...] [--scale SERVICE=N,...]
               [--pack | --watch] [--ports auto]

Starts everything and stays in the foreground until Ctrl-C.
  -d, --detach      return when everything is ready, and let it run in the background
  --only a,b        only these services, and the registry
  --without a,b     all services but these
  --scale order=2   so many processes of a service, each at a port of its own that "stoa ps" shows
  --pack            all services in one process, for small machines; a crash takes all down, and all come back
  --watch           run the TypeScript itself, and restart just the services that import a file when it is saved
  --ports auto      free ports in place of the usual ones; "stoa ps" says which

A service's settings are taken from the environment, for one service alone with its name before them (ORDER_LOG_LEVEL).
`

export async function run(args: readonly string[]): Promise<number> {
  const { folder, values } = readArguments(args, {
    detach: { type: 'boolean', short: 'd' },
    only: { type: 'string', multiple: true },
    without: { type: 'string', multiple: true },
    scale: { type: 'string', multiple: true },
    pack: { type: 'boolean' },
    watch: { type: 'boolean' },
    ports: { type: 'string' },
  })
  if (values.ports !== undefined && values.ports !== 'auto') {
    throw new UsageError(`--ports takes "auto" and nothing else: a single port is set by its setting (ORDER_PORT=9002)`)
  }
  if (values.pack === true && values.watch === true) {
    throw new UsageError('--watch restarts single services and --pack has none: choose one of both')
  }
  const choice = {
    only: values.only === undefined ? undefined : namesIn(values.only),
    without: namesIn(values.without ?? []),
    scale: parseScale(namesIn(values.scale ?? [])),
  }
  if (values.detach === true)
    return upDetached(
      folder,
      args.filter((each) => each !== '-d' && each !== '--detach'),
    )
  return upInForeground({
    data: folder,
    choice,
    isPacked: values.pack === true,
    isWatching: values.watch === true,
    isAutoPorts: values.ports === 'auto',
    environment: process.env,
  })
}

/** How many processes each service is to have: `order=2`. @throws UsageError */
export function parseScale(given: readonly string[]): Map<string, number> {
  return new Map(
    given.map((each) => {
      const [, name, count] = /^([a-z][a-z-]*)=(\d{1,3})$/.exec(each) ?? []
      if (name === undefined) throw new UsageError(`--scale is "${each}", expected SERVICE=N (order=2)`)
      return [name, Number(count)]
    }),
  )
}

function namesIn(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(',').map((name) => name.trim()))
}
