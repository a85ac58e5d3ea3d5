import {
  archiveFollowing,
  archiveNow,
  measureArchive,
  readArchive,
  turnArchiveOff,
  turnArchiveOn,
  type ArchiveFollowing,
} from '@stoa/system/backup/archive'
import { requireOwnServer, withRunningServer, withServer } from '@stoa/system/backup/with-server'
import { readArguments } from '../arguments.ts'
import { note, say, sayJson } from '../output.ts'
import { runSubcommand } from '../subcommand.ts'

export const help = `Usage: stoa archive on [FOLDER]
       stoa archive off
       stoa archive now
       stoa archive status [--json]

Keeps the database server's write-ahead log, compressed, so that "stoa restore --to TIME" reaches every moment after a
backup. It is off unless turned on: it takes disk for as long as nobody prunes it ("stoa backup --keep N").
  on, off   from the next start on; FOLDER on another disk outlives this one
  now       archive all that is written so far (otherwise within a minute)
`

export function run(args: readonly string[]): Promise<number> {
  return runSubcommand('archive', { on, off, now, status }, args)
}

async function on(args: readonly string[]): Promise<number> {
  const { folder, positionals } = readArguments(args, {}, { positionals: 1 })
  requireOwnServer(process.env)
  const archive = await turnArchiveOn(folder, positionals[0])
  say(`The log is archived in ${archive.folder} from the next start on; then take a backup with "stoa backup".`)
  return 0
}

async function off(args: readonly string[]): Promise<number> {
  const { folder } = readArguments(args, {})
  await turnArchiveOff(folder)
  say('The log is archived no more from the next start on. What is there stays.')
  return 0
}

async function now(args: readonly string[]): Promise<number> {
  const { folder } = readArguments(args, {})
  await withServer({ data: folder, environment: process.env, onWarning: note }, ({ server }) => archiveNow(server))
  say('All that is written so far is archived.')
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
  if (server === undefined) return [wanted, 'PostgreSQL does not run.']
  if (server.isOn !== (held !== undefined)) return [wanted, 'PostgreSQL does so from its next start on.']
  if (server.failingSince !== undefined)
    return [
      wanted,
      `PostgreSQL last failed at ${server.failingSince} and tries on: is there room? It keeps the log meanwhile.`,
    ]
  return server.lastArchivedAt === undefined ? [wanted] : [wanted, `Last archived at ${server.lastArchivedAt}.`]
}
