import { systemIn } from '@stoa/supervisor/system-in'
import { readArguments, UsageError } from '../arguments.ts'
import { upDetached } from '../up-detached.ts'
import { upInForeground } from '../up-in-foreground.ts'

export const help = `Usage: stoa up [-d | --detach] [--only SERVICE,...] [--without SERVICE,...] [--scale SERVICE=N,...]
               [--pack | --watch] [--ports auto] [--system NAME]

Starts the system and stays in the foreground until Ctrl-C.
  -d, --detach      return when the system is ready, and keep it running in the background
  --only a,b        start only these services and the registry
  --without a,b     start all services except these
  --scale order=2   start several processes of a service, each on its own port, shown by "stoa ps"
  --pack            run all services in one process, for small machines; a crash restarts all of them
  --watch           run the TypeScript sources, and restart the affected services when a file is saved
  --ports auto      use free ports instead of the default ones; "stoa ps" shows them
  --system NAME     start this system instead of the shop; its data needs a folder of its own (--data or STOA_HOME), which
                    every later command then uses

Services read their settings from environment variables; a prefix limits a setting to one service (ORDER_LOG_LEVEL).
`

export async function run(args: readonly string[]): Promise<number> {
  const { folder, values } = readArguments(args, {
    system: { type: 'string' },
    detach: { type: 'boolean', short: 'd' },
    only: { type: 'string', multiple: true },
    without: { type: 'string', multiple: true },
    scale: { type: 'string', multiple: true },
    pack: { type: 'boolean' },
    watch: { type: 'boolean' },
    ports: { type: 'string' },
  })
  if (values.ports !== undefined && values.ports !== 'auto') {
    throw new UsageError(`--ports accepts only "auto": set a single port with its setting (ORDER_PORT=9002)`)
  }
  if (values.pack === true && values.watch === true) {
    throw new UsageError('--watch restarts single services, and --pack runs all in one process: use one or the other')
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
    system: await systemIn(folder, values.system ?? (process.env['STOA_SYSTEM'] || undefined)),
    choice,
    isPacked: values.pack === true,
    isWatching: values.watch === true,
    isAutoPorts: values.ports === 'auto',
    environment: process.env,
  })
}

/** Parses the number of processes of each service, such as `order=2`. @throws UsageError */
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
