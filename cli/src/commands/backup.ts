import { join } from 'node:path'
import { listBackups, pruneBackups } from '@stoa/supervisor/backup/kept-backups'
import { takeBackup } from '@stoa/supervisor/backup/take-backup'
import { withServer } from '@stoa/supervisor/backup/with-server'
import { bucketsOf } from '@stoa/supervisor/buckets'
import type { DataFolder } from '@stoa/supervisor/data-folder'
import { systemIn } from '@stoa/supervisor/system-in'
import { readArguments, UsageError } from '../arguments.ts'
import { formatTable, note, say, sayJson } from '../output.ts'

export const help = `Usage: stoa backup [FOLDER] [--keep N] [--json]
       stoa backup --list [--json]

Copies all databases, including the event log, as of one moment, together with their secrets and all uploaded files, also
those in the bucket that S3_URL names. The system may be running.
If FOLDER is omitted, the backup is written to backups/ in the data folder. It contains secrets: protect it like the system.
  --keep N   afterwards delete all but the N latest backups in backups/, and the archived log that only those needed
  --list     list the backups in backups/

"stoa archive on" makes every later moment restorable too; "stoa restore" restores a backup.
`

export async function run(args: readonly string[]): Promise<number> {
  const { folder, values, positionals } = readArguments(
    args,
    { keep: { type: 'string' }, list: { type: 'boolean' }, json: { type: 'boolean' } },
    { positionals: 1 },
  )
  if (values.list === true) return list(folder, values.json === true)
  const keep = values.keep === undefined ? undefined : Number(values.keep)
  if (keep !== undefined && !(Number.isInteger(keep) && keep >= 1))
    throw new UsageError(`--keep is "${values.keep}", expected the number of backups to keep, at least 1`)
  const target = positionals[0] ?? join(folder.backups, new Date().toISOString().replaceAll(':', '-'))
  const { services } = await systemIn(folder)
  const buckets = bucketsOf(services, process.env)
  const manifest = await withServer({ data: folder, environment: process.env, onWarning: note }, (source) =>
    takeBackup({ ...source, buckets }, target),
  )
  const pruned = keep === undefined ? { backups: [], segments: 0 } : await pruneBackups(folder, keep)
  const sizeBytes = manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0)
  const { startedAt, endedAt, files } = manifest
  if (values.json === true) {
    sayJson({ folder: target, startedAt, endedAt, files: files.length, sizeBytes, pruned })
    return 0
  }
  say(`${target}: ${files.length} files, ${mebibytes(sizeBytes)} MiB, as of ${endedAt}`)
  if (pruned.backups.length > 0) say(`Deleted ${pruned.backups.join(', ')} and ${pruned.segments} segments of the log.`)
  return 0
}

async function list(folder: DataFolder, isJson: boolean): Promise<number> {
  const backups = await listBackups(folder)
  if (isJson) {
    sayJson(backups)
    return 0
  }
  if (backups.length === 0) say('No backups yet: create one with "stoa backup".')
  const rows = backups.map((each) => [each.endedAt, `${mebibytes(each.sizeBytes)} MiB`, each.folder])
  if (rows.length > 0) for (const line of formatTable(['AS OF', 'SIZE', 'FOLDER'], rows)) say(line)
  return 0
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / 1024 / 1024)
}
