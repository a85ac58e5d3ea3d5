import type { Readable } from 'node:stream'
import { isAppError } from '@stoa/kernel'
import { Unwell } from '@stoa/kernel/part'
import { byteBudget } from '../byte-budget.ts'
import { safeKey, type ByteRange, type ObjectStore } from '../object-store.ts'
import { openBucket, statusOf, type Bucket, type S3Options } from './s3-client.ts'
import { abortUploads, unfinishedUploads } from './unfinished-uploads.ts'
import { smallestPartBytes, writeObject } from './write-object.ts'

const mostHeldBytes = 16 * smallestPartBytes
const budgetWaitMs = 10_000
// less than the time after which `/health` counts a check as failed
const checkMs = 1_800

/**
 * Keeps each object in a bucket of S3, or of a server that speaks its protocol. An object appears when its last byte has arrived. All
 * writes of a process together hold at most 80 MiB; further ones wait for up to ten seconds.
 */
export function s3Store(options: S3Options): ObjectStore {
  const bucket = openBucket(options)
  const budget = byteBudget(mostHeldBytes, budgetWaitMs)
  return {
    async write(key, bytes, sizeBytes) {
      await writeObject({ bucket, budget }, safeKey(key), bytes, sizeBytes)
    },
    read: async (key, range) => readObject(bucket, safeKey(key), range),
    sizeOf: async (key) => sizeOfObject(bucket, safeKey(key)),
    async remove(key) {
      await removeObject(bucket, safeKey(key))
      await abortUploads(bucket, key)
    },
    list: (prefix) => listKeys(bucket, `${safeKey(prefix)}/`),
    check: () => checkBucket(bucket),
  }
}

async function readObject({ send, bucket, prefix }: Bucket, key: string, range?: ByteRange): Promise<Readable> {
  const { Body } = await send(key, ({ GetObjectCommand }, client, requestTimeout) =>
    client.send(
      new GetObjectCommand({
        Bucket: bucket,
        Key: prefix + key,
        ...(range === undefined ? {} : { Range: `bytes=${range.start}-${range.end}` }),
      }),
      { requestTimeout },
    ),
  )
  return Body as Readable
}

async function sizeOfObject({ send, bucket, prefix }: Bucket, key: string): Promise<number | undefined> {
  try {
    const { ContentLength } = await send(key, ({ HeadObjectCommand }, client, requestTimeout) =>
      client.send(new HeadObjectCommand({ Bucket: bucket, Key: prefix + key }), { requestTimeout }),
    )
    return ContentLength
  } catch (error) {
    if (isAppError(error, 'blob.lost')) return undefined
    throw error
  }
}

async function removeObject({ send, bucket, prefix }: Bucket, key: string): Promise<void> {
  await send(key, ({ DeleteObjectCommand }, client, requestTimeout) =>
    client.send(new DeleteObjectCommand({ Bucket: bucket, Key: prefix + key }), { requestTimeout }),
  )
}

async function* listKeys(bucket: Bucket, begin: string): AsyncGenerator<readonly string[]> {
  const from = bucket.prefix.length
  let ContinuationToken: string | undefined
  do {
    const asked = { Bucket: bucket.bucket, Prefix: bucket.prefix + begin, MaxKeys: 1_000, ContinuationToken }
    const page = await bucket.send(begin, ({ ListObjectsV2Command }, client, requestTimeout) =>
      client.send(new ListObjectsV2Command(asked), { requestTimeout }),
    )
    const keys = (page.Contents ?? []).map(({ Key = '' }) => Key.slice(from))
    if (keys.length > 0) yield keys
    ContinuationToken = page.NextContinuationToken
  } while (ContinuationToken !== undefined)
  for await (const uploads of unfinishedUploads(bucket, begin)) {
    if (uploads.length > 0) yield uploads.map(({ key }) => key)
  }
}

async function checkBucket({ probe, bucket, endpoint }: Bucket): Promise<void> {
  try {
    await probe(({ HeadBucketCommand }, client) =>
      client.send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal: AbortSignal.timeout(checkMs) }),
    )
  } catch (error) {
    const status = statusOf(error)
    const what =
      status === undefined ? `does not respond: ${String(error)}` : `returns ${status} for the bucket ${bucket}`
    throw new Unwell(`${endpoint} ${what}`)
  }
}
