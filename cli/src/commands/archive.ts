import {
  archiveFollowing,
  archiveNow,
  measureArchive,
  readArchive,
  turnArchiveOff,
  turnArchiveOn,
  type ArchiveFollowing,
} from '@stoa/supervisor/backup/archive'
import { requireOwnServer, withRunningServer, withServer } from '@stoa/supervisor/backup/with-server'
import { CommandFailed, readArguments } from '../arguments.ts'
import { note, say, sayJson } from '../output.ts'
import { runSubcommand } from '../subcommand.ts'

export const help = `Usage: stoa archive on [FOLDER]
       stoa archive off
       stoa archive now
       stoa archive status [--json]

Archives the write-ahead log of the database server, compressed, so that "stoa restore --to TIME" can restore any moment
after a backup. Off by default. The archive grows until you prune it ("stoa backup --keep N").
  on, off   turn archiving on or off from the next start; a FOLDER on another disk survives the loss of this one
  now       archive everything written so far (otherwise done within a minute)
`

export function run(args: readonly string[]): Promise<number> {
  return runSubcommand('archive', { on, off, now, status }, args)
}

async function on(args: readonly string[]): Promise<number> {
  const { folder, positionals } = readArguments(args, {}, { positionals: 1 })
  requireOwnServer(process.env)
  const archive = await turnArchiveOn(folder, positionals[0])
  say(`From the next start the log is archived in ${archive.folder}. Take a backup after that start: "stoa backup".`)
  return 0
}

async function off(args: readonly string[]): Promise<number> {
  const { folder } = readArguments(args, {})
  await turnArchiveOff(folder)
  say('From the next start the log is no longer archived. The existing archive is kept.')
  return 0
}

async function now(args: readonly string[]): Promise<number> {
  const { folder } = readArguments(args, {})
  await withServer({ data: folder, environment: process.env, onWarning: note }, async ({ server }) => {
    if (!(await archiveFollowing(server)).isOn) {
      throw new CommandFailed('archiving is off: "stoa archive on" turns it on from the next start')
    }
    await archiveNow(server)
  })
  say('Everything written so far is archived.')
  return 0
}

async function status(args: readonly string[]): Promise<number> {
  const { folder, values } = readArguments(args, { json: { type: 'boolean' } })
  const archive = await readArchive(folder)
  const held = archive === undefined ? undefined : { ...archive, ...(await measureArchive(archive)) }
  const server = await withRunningServer(folder, (source) => archiveFollowing(source.server))
  if (values.json === true)
    sayJson({ isWanted: held !== undefined, ...held, ...(server === undefined ? {} : { server }) })
  else for (const line of describeStatus(held, server)) say(line)
  return 0
}

interface Held {
  readonly folder: string
  readonly segments: number
  readonly sizeBytes: number
}

function describeStatus(held: Held | undefined, server: ArchiveFollowing | undefined): string[] {
  const wanted =
    held === undefined
      ? 'Off: "stoa archive on" turns it on.'
      : `On: ${held.segments} files of ${Math.ceil(held.sizeBytes / 1024 / 1024)} MiB in ${held.folder}.`
  if (server === undefined) return [wanted, 'PostgreSQL is not running.']
  if (server.isOn !== (held !== undefined)) return [wanted, 'PostgreSQL applies this from its next start.']
  if (server.failingSince !== undefined)
    return [
      wanted,
      `Archiving has failed since ${server.failingSince}; PostgreSQL keeps the log and retries. Check the free disk space.`,
    ]
  return server.lastArchivedAt === undefined ? [wanted] : [wanted, `Last archived at ${server.lastArchivedAt}.`]
}
