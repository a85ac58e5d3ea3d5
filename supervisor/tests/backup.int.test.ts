import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { archiveNow, measureArchive, readArchive, turnArchiveOn } from '../src/backup/archive.ts'
import { listBackups, pruneBackups } from '../src/backup/kept-backups.ts'
import { readManifest } from '../src/backup/manifest.ts'
import { restoreBackup } from '../src/backup/restore-backup.ts'
import { takeBackup } from '../src/backup/take-backup.ts'
import { withServer } from '../src/backup/with-server.ts'
import { homeOf } from '../src/postgres/location.ts'
import { discardPostgres } from '../src/postgres/start-postgres.ts'
import { dataFolderAt, writeJson, type DataFolder } from '../src/data-folder.ts'
import { openDatabaseServer, type DatabaseServer } from '../src/database-server.ts'

let folder = ''
let data: DataFolder
const running: DatabaseServer[] = []
const onWarning = () => {}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stoa-backup-'))
  await chmod(folder, 0o755)
  data = dataFolderAt(join(folder, 'home'))
  await mkdir(data.path)
  await writeJson(data.secrets, { authSecret: 'first' })
})
afterEach(async () => {
  await stopAll()
  await discardPostgres(data.postgres)
  await rm(folder, { recursive: true, force: true })
})

async function start(): Promise<pg.Client> {
  const server = await openDatabaseServer({ data, port: 0, givenUrl: undefined, onWarning })
  running.push(server)
  const client = new pg.Client(server.adminUrl)
  await client.connect()
  // the server is stopped under it
  client.on('error', () => {})
  return client
}
const stopAll = async () => {
  for (const server of running.splice(0)) await server.stop()
}
const backUp = (target: string) =>
  withServer({ data, environment: {}, onWarning }, (source) => takeBackup(source, target))
const note = (client: pg.Client, text: string) => client.query('insert into notes (text) values ($1)', [text])
const notes = async (client: pg.Client) =>
  (await client.query<{ text: string }>('select text from notes order by id')).rows.map(({ text }) => text)
const restore = (backup: string, more: object = {}) => restoreBackup({ data, backup, onProgress: () => {}, ...more })

async function startWithNotes(): Promise<pg.Client> {
  const client = await start()
  await client.query('create table notes (id serial, text text)')
  return client
}

test('any moment after a backup comes back: what was committed before it is there, what came later is not', async () => {
  await turnArchiveOn(data, join(folder, 'archive'))
  const client = await startWithNotes()
  await note(client, 'before the backup')
  const backup = join(folder, 'backup')
  await backUp(backup)
  await note(client, 'before the moment')
  const { rows } = await client.query<{ at: string }>(
    `select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`,
  )
  const moment = Temporal.Instant.from(rows[0]?.at ?? '')
  await note(client, 'after the moment')
  await archiveNow(client)
  await note(client, 'not archived')
  await stopAll()

  await writeJson(data.secrets, { authSecret: 'second' })
  await restore(backup, { to: moment })
  const restored = await start()
  expect(await notes(restored)).toEqual(['before the backup', 'before the moment'])
  expect(JSON.parse(await readFile(data.secrets, 'utf8'))).toEqual({ authSecret: 'first' })
  await note(restored, 'on the new timeline')
  await stopAll()

  await restore(backup, { to: 'latest' })
  const latest = await start()
  expect(await notes(latest)).toEqual(['before the backup', 'before the moment', 'on the new timeline'])
  await stopAll()

  await restore(backup)
  expect(await notes(await start())).toEqual(['before the backup'])
})

test('the log is followed from where the backup says on to where it is archived since, and not without them', async () => {
  const [old, current] = [join(folder, 'old'), join(folder, 'current')]
  await turnArchiveOn(data, old)
  const client = await startWithNotes()
  const backup = join(folder, 'backup')
  await backUp(backup)
  await note(client, 'in the old archive')
  await archiveNow(client)
  await stopAll()
  await turnArchiveOn(data, current)
  const moved = await start()
  await note(moved, 'in the current archive')
  await archiveNow(moved)
  await stopAll()
  // what the replaced cluster still has would do for the archives
  await rm(join(await homeOf(data.postgres), 'cluster'), { recursive: true })

  await rename(old, join(folder, 'elsewhere'))
  await expect(restore(backup, { to: 'latest' })).rejects.toMatchObject({
    code: 'archive.not_there',
    message: expect.stringContaining(old),
  })
  for (const archive of [join(folder, 'mistyped'), join(backup, 'backup.json')]) {
    await expect(restore(backup, { archive })).rejects.toMatchObject({ code: 'archive.not_there' })
  }
  await expect(restore(backup, { archive: 'elsewhere' })).rejects.toMatchObject({ code: 'archive.bad_folder' })
  await restore(backup, { to: 'latest', archive: join(folder, 'elsewhere') })
  expect(await notes(await start())).toEqual(['in the old archive', 'in the current archive'])
  await stopAll()

  await rm(join(await homeOf(data.postgres), 'cluster'), { recursive: true })
  await rename(join(folder, 'elsewhere'), old)
  await restore(backup, { to: 'latest' })
  expect(await notes(await start())).toEqual(['in the old archive', 'in the current archive'])
  await stopAll()

  await rm(current, { recursive: true })
  await expect(restore(backup, { to: 'latest' })).rejects.toMatchObject({
    code: 'archive.not_there',
    message: expect.stringContaining(current),
  })
})

test('a time outside of the log is refused before anything is replaced', async () => {
  const client = await startWithNotes()
  const backup = join(folder, 'backup')
  const { startedAt } = await backUp(backup)
  await note(client, 'stays')
  await stopAll()
  await expect(restore(backup, { to: Temporal.Instant.from(startedAt) })).rejects.toMatchObject({
    code: 'restore.too_early',
  })
  const future = Temporal.Now.instant().add({ hours: 1 })
  await expect(restore(backup, { to: future })).rejects.toMatchObject({ code: 'restore.time_not_reached' })
  expect(await notes(await start())).toEqual(['stays'])
})

test('a backup that is damaged is refused, a restore that was cut off is run again, and a folder with something in it is not written to', async () => {
  await startWithNotes()
  const backup = join(folder, 'backup')
  const { files } = await backUp(backup)
  await expect(backUp(backup)).rejects.toMatchObject({ code: 'backup.folder_taken' })
  await stopAll()
  await writeJson(data.restoring, { backup })
  await expect(start()).rejects.toMatchObject({ code: 'system.restore_cut_off' })
  await restore(backup)
  expect(await notes(await start())).toEqual([])
  await stopAll()
  const [victim] = files.filter(({ path, sizeBytes }) => path.includes('base/') && sizeBytes > 8_192)
  const path = join(backup, victim?.path ?? '')
  const bytes = await readFile(path)
  bytes[100] = (bytes[100] ?? 0) ^ 1
  await writeFile(path, bytes)
  await expect(restore(backup)).rejects.toMatchObject({
    code: 'backup.damaged',
    message: expect.stringContaining(victim?.path ?? ''),
  })
  await rm(join(backup, 'backup.json'))
  await expect(restore(backup)).rejects.toMatchObject({ code: 'backup.none_there' })
})

test('only the latest backups are kept when asked, and of the archive what they need', async () => {
  await turnArchiveOn(data, undefined)
  const client = await startWithNotes()
  for (const name of ['one', 'two']) {
    await backUp(join(data.backups, name))
    await note(client, name)
    await archiveNow(client)
  }
  const archive = (await readArchive(data)) ?? { folder: '' }
  const before = await measureArchive(archive)
  const { backups, segments } = await pruneBackups(data, 1)
  expect(backups).toEqual([join(data.backups, 'one')])
  expect(segments).toBeGreaterThan(0)
  expect((await measureArchive(archive)).segments).toBe(before.segments - segments)
  expect((await listBackups(data)).map((each) => each.folder)).toEqual([join(data.backups, 'two')])
  await stopAll()
  const { firstSegment } = await readManifest(join(data.backups, 'two'))
  expect((await readdir(archive.folder)).some((name) => name.startsWith(firstSegment))).toBe(true)
  await restore(join(data.backups, 'two'), { to: 'latest' })
  expect(await notes(await start())).toEqual(['one', 'two'])
})
