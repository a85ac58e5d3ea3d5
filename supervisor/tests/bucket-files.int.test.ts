import { mkdtemp, mkdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { loadSystem } from '@stoa/system/load-system'
import { hasS3Server, startS3Server, type S3Server } from '@stoa/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { copyBuckets, placeInBuckets } from '../src/backup/bucket-files.ts'
import { bucketsOf, recordBuckets, requireBuckets } from '../src/buckets.ts'
import { dataFolderAt } from '../src/data-folder.ts'

const image = 'inventory/images/0198c0de-0000-7000-8000-000000000001'
const other = 'inventory/images/0198c0de-0000-7000-8000-000000000002'

describe.runIf(hasS3Server())('files in a bucket', () => {
  let server: S3Server
  let folder: string
  beforeAll(async () => {
    server = await startS3Server()
    folder = await mkdtemp(join(tmpdir(), 'stoa-buckets-'))
  })
  afterAll(async () => {
    await server.remove()
    await rm(folder, { recursive: true })
  })
  const bucketsWith = async (environment: Readonly<Record<string, string>>) =>
    bucketsOf((await loadSystem('shop')).services, environment)
  const bucket = async (more: Readonly<Record<string, string>> = {}) => {
    const [found] = await bucketsWith({ ...server.settings, S3_TIMEOUT_MS: '60000', ...more })
    if (found === undefined) throw new Error('inventory has a bucket')
    return found
  }

  test('are copied into a backup, and put back where they are missing', async () => {
    const from = await bucket({ S3_URL: `${server.url}/first` })
    await from.store.write(image, Readable.from([Buffer.from('green tea')]))
    await from.store.write(other, Readable.from([Buffer.alloc(6 * 1_048_576, 7)]))
    const backup = join(folder, 'backup')
    const files = await copyBuckets([from], backup)
    expect(files).toMatchObject([
      { path: `blobs/${image}`, sizeBytes: 9 },
      { path: `blobs/${other}`, sizeBytes: 6 * 1_048_576 },
    ])
    expect(await readFile(join(backup, 'blobs', image), 'utf8')).toBe('green tea')

    const to = await bucket({ INVENTORY_S3_URL: `${server.url}/second` })
    await to.store.write(image, Readable.from([Buffer.from('black tea')]))
    const cluster = { path: 'cluster/PG_VERSION', sizeBytes: 3, sha256: '' }
    expect(await placeInBuckets([to], backup, [cluster, ...files])).toEqual([cluster])
    const textOf = async (key: string) => (await buffer(await to.store.read(key))).toString()
    expect([await textOf(image), await to.store.sizeOf(other)]).toEqual(['black tea', 6 * 1_048_576])
    await to.store.remove(image)
    await placeInBuckets([to], backup, files)
    expect(await textOf(image)).toBe('green tea')
  })

  test('are not left out of a backup by an environment that does not name their bucket', async () => {
    const data = dataFolderAt(join(folder, 'home'))
    await mkdir(data.path)
    await requireBuckets(data, [])
    const used = [await bucket()]
    await recordBuckets(data, used)
    await requireBuckets(data, used)
    expect(await bucketsWith({})).toEqual([])
    await expect(requireBuckets(data, [])).rejects.toMatchObject({ code: 'backup.other_bucket' })
    await expect(requireBuckets(data, [await bucket({ S3_URL: `${server.url}/other` })])).rejects.toThrow(server.url)
    await recordBuckets(data, [])
    await requireBuckets(data, [])
  })
})
