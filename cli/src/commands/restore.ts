import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { restoreBackup } from '@stoa/supervisor/backup/restore-backup'
import { readManifest, requireWhole } from '@stoa/supervisor/backup/manifest'
import { requireOwnServer } from '@stoa/supervisor/backup/with-server'
import { bucketsOf } from '@stoa/supervisor/buckets'
import { systemIn } from '@stoa/supervisor/system-in'
import { readArguments, UsageError } from '../arguments.ts'
import { note, say } from '../output.ts'
import { requireArgument } from '../subcommand.ts'

export const help = `Usage: stoa restore FOLDER [--to TIME | --to latest] [--archive FOLDER] [--yes]
       stoa restore FOLDER --check

Replaces the data of a stopped system with a backup, as of the end of the backup. With S3_URL, uploaded files are put into that bucket.
  --to TIME         restore to a later time (2026-01-31T12:00:00Z) from the archived log; "latest" restores all of it
  --archive FOLDER  folder of the archived log, if it has moved since the backup
  --yes             replace existing data; the old cluster is kept beside the new one as cluster.replaced
  --check           only compare the backup with its checksums
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
    say(`All ${manifest.files.length} files match the backup of ${manifest.endedAt}.`)
    return 0
  }
  await readManifest(backup)
  requireOwnServer(process.env)
  const isUsed = await stat(folder.secrets).then(
    () => true,
    () => false,
  )
  if (isUsed && values.yes !== true)
    throw new UsageError(`restore replaces all data in ${folder.path}: confirm with --yes`)
  // PostgreSQL reads it from a folder of its own.
  const archive = values.archive === undefined ? undefined : resolve(values.archive)
  const buckets = bucketsOf((await systemIn(folder)).services, process.env)
  await restoreBackup({ data: folder, backup: resolve(backup), to, archive, buckets, onProgress: note })
  say('Restored; "npm start" starts the system with the restored data.')
  return 0
}

/** Returns the point in time to restore to. @throws UsageError */
export function parseTarget(text: string): Temporal.Instant | 'latest' {
  if (text === 'latest') return text
  try {
    return Temporal.Instant.from(text)
  } catch {
    throw new UsageError(`--to is "${text}", expected a time with its zone (2026-01-31T12:00:00Z), or latest`)
  }
}
