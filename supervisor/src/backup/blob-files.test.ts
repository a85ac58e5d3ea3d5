import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dataFolderAt, type DataFolder } from '../data-folder.ts'
import { copyBlobs, placeBlobs } from './blob-files.ts'
import { manifestName, readManifest, requireWhole } from './manifest.ts'

let folder: string
let data: DataFolder
let backup: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stoa-blob-files-'))
  data = dataFolderAt(join(folder, 'home'))
  backup = join(folder, 'backup')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const image = 'inventory/images/0198c0de-0000-7000-8000-000000000001'
const textOf = () => readFile(join(data.blobs, image), 'utf8').catch(() => 'missing')

async function put(path: string, text: string): Promise<void> {
  const file = join(data.blobs, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

test('a backup has the uploaded files without those that are on their way, and its manifest can be read', async () => {
  expect(await copyBlobs(data, backup)).toEqual([])
  await put(image, 'a cup')
  await put('inventory/images/0198c0de-0000-7000-8000-000000000002.part', 'half')
  const files = await copyBlobs(data, backup)
  expect(files).toMatchObject([{ path: `blobs/${image}`, sizeBytes: 5 }])
  await writeFile(join(backup, manifestName), JSON.stringify({ format: 1, files }))
  await requireWhole(backup, await readManifest(backup))
})

test('a restore puts back what is missing and leaves what is there', async () => {
  await put(image, 'a cup')
  const files = await copyBlobs(data, backup)
  await rm(data.blobs, { recursive: true })
  await placeBlobs(data, backup, files)
  expect(await textOf()).toBe('a cup')
  await put('inventory/images/0198c0de-0000-7000-8000-000000000003', 'later')
  await placeBlobs(data, backup, files)
  expect(await readFile(join(data.blobs, 'inventory/images/0198c0de-0000-7000-8000-000000000003'), 'utf8')).toBe(
    'later',
  )
})
