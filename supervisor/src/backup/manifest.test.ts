import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { manifestName, readManifest } from './manifest.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stoa-manifest-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function read(more: object | null) {
  const files = [
    { path: 'cluster/base/1/1', sizeBytes: 0, sha256: '' },
    { path: 'own/password', sizeBytes: 0, sha256: '' },
    { path: 'lake/star/fact_sales/part-1.parquet', sizeBytes: 0, sha256: '' },
    { path: 'blobs/inventory/images/0198c0de-0000-7000-8000-000000000001', sizeBytes: 0, sha256: '' },
  ]
  await writeFile(join(folder, manifestName), JSON.stringify(more === null ? null : { format: 1, files, ...more }))
  return readManifest(folder)
}

test('what a backup says of itself is read', async () => {
  const { files, archive } = await read({ archive: '/mnt/other disk/stoa-log' })
  expect([files.length, archive]).toEqual([4, '/mnt/other disk/stoa-log'])
})

test('a file outside of the backup is refused, however its path says it', async () => {
  for (const path of [
    'cluster/../password',
    'cluster/../../secrets.json',
    'cluster/a/../../own/password',
    'own/../../x',
    '../cluster/x',
    '/etc/passwd',
    'cluster',
    'clusters/x',
  ]) {
    await expect(read({ files: [{ path }] }), path).rejects.toMatchObject({
      code: 'backup.bad_path',
      message: expect.stringContaining(path),
    })
  }
})

test('an archive that a shell would read otherwise is refused', async () => {
  for (const archive of ['/x"; id > /tmp/p; "', '/x$(id)', '/x`id`', '/x\\', '/x\nid', '/x%p', '', 'wal', '../wal']) {
    await expect(read({ archive }), archive).rejects.toMatchObject({ code: 'archive.bad_folder' })
  }
})

test('what has another shape is no backup', async () => {
  for (const more of [null, { format: 2 }, { files: 'all' }, { files: [null] }, { files: [{}] }, { archive: ['/x'] }]) {
    await expect(read(more), JSON.stringify(more)).rejects.toMatchObject({ code: 'backup.none_there' })
  }
})
