import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { restoreBackup } from '@stoa/system/backup/restore-backup'
import { readManifest, requireWhole } from '@stoa/system/backup/manifest'
import { requireOwnServer } from '@stoa/system/backup/with-server'
import { readArguments, UsageError } from '../arguments.ts'
import { note, say } from '../output.ts'
import { requireArgument } from '../subcommand.ts'

export const help = `Usage: stoa restore FOLDER [--to TIME | --to latest] [--archive FOLDER] [--yes]
       stoa restore FOLDER --check

Puts a backup in the place of the data of a stopped system, as they were when the backup ended.
  --to TIME         as they were at a later time (2026-01-31T12:00:00Z), from the archived log; latest: all there is
  --archive FOLDER  the archived log, when it is not where the backup says
  --yes             replace data that are there; their cluster is kept beside the new one as cluster.replaced
  --check           compare the backup with its checksums and restore nothing
`

export async function run(args: readonly string[]): Promise<number> {
  const { folder, values, positionals } = readArguments(
    args,
    {
      to: { type: 'string' },
      archive: { type: 'string' },
      yes: { type: 'boolean' },
      check: { type: 'boolean' },
    },
    { positionals: 1 },
  )
  const backup = requireArgument(positionals, 0, 'the folder of a backup')
  const to = values.to === undefined ? undefined : parseTarget(values.to)
  if (values.check === true) {
    const manifest = await readManifest(backup)
    await requireWhole(backup, manifest)
    say(`All ${manifest.files.length} files are as they were backed up at ${manifest.endedAt}.`)
    return 0
  }
  requireOwnServer(process.env)
  const isUsed = await stat(folder.secrets).then(
    () => true,
    () => false,
  )
  if (isUsed && values.yes !== true)
    throw new UsageError(`restore replaces all data in ${folder.path}: say that you mean it with --yes`)
  // PostgreSQL reads it from a folder of its own.
  const archive = values.archive === undefined ? undefined : resolve(values.archive)
  await restoreBackup({ data: folder, backup: resolve(backup), to, archive, onProgress: note })
  say('Restored; "npm start" goes on from there.')
  return 0
}

/** The time that data are to be taken back to. @throws UsageError */
export function parseTarget(text: string): Temporal.Instant | 'latest' {
  if (text === 'latest') return text
  try {
    return Temporal.Instant.from(text)
  } catch {
    throw new UsageError(`--to is "${text}", expected a time with its zone (2026-01-31T12:00:00Z), or latest`)
  }
}
