import type { Readable } from 'node:stream'
import { isAppError } from '@stoa/kernel'
import { blobIncomplete } from '../blob-errors.ts'
import type { ByteBudget } from '../byte-budget.ts'
import { bodyMs, type Bucket } from './s3-client.ts'
import { abortUploads } from './unfinished-uploads.ts'

/** The smallest part that S3 takes, but for the last one. */
export const smallestPartBytes = 5 * 1_048_576
const mostParts = 10_000

interface WriteOptions {
  readonly bucket: Bucket
  readonly budget: ByteBudget
}

/**
 * Writes an object by parts, each of which is held in memory until the server has it, so that it can be sent again, and so that a slow
 * sender does not hold a connection to the server. What fits into one part is sent at once.
 */
export async function writeObject(
  { bucket, budget }: WriteOptions,
  key: string,
  bytes: Readable,
  sizeBytes: number | undefined,
): Promise<void> {
  const partBytes = Math.max(smallestPartBytes, Math.ceil((sizeBytes ?? 0) / mostParts))
  const heldBytes = Math.min(partBytes, sizeBytes ?? partBytes)
  const giveBack = await budget.take(heldBytes).catch((error: unknown) => {
    bytes.destroy()
    throw error
  })
  try {
    const parts = partsOf(bytes, heldBytes)
    const first = await nextOf(parts)
    if (first.isLast) {
      requireSize(first.bytes.length, sizeBytes)
      await putObject(bucket, key, first.bytes)
    } else await putParts(bucket, key, first.bytes, parts, sizeBytes)
  } finally {
    bytes.destroy()
    giveBack()
  }
}

interface Part {
  /** Overwritten by the next part. */
  readonly bytes: Buffer
  readonly isLast: boolean
}

/** Cuts a stream into parts of one size; only the last one is smaller, and may be empty only if it is the first. */
async function* partsOf(bytes: Readable, partBytes: number): AsyncGenerator<Part, void> {
  const held = Buffer.allocUnsafeSlow(Math.max(partBytes, 1))
  let filled = 0
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    for (let from = 0; from < chunk.length;) {
      // known not to be the last only now, as there is more
      if (filled === held.length) {
        yield { bytes: held, isLast: false }
        filled = 0
      }
      const copied = chunk.copy(held, filled, from)
      filled += copied
      from += copied
    }
  }
  yield { bytes: held.subarray(0, filled), isLast: true }
}

async function nextOf(parts: AsyncGenerator<Part, void>): Promise<Part> {
  const { value } = await parts.next()
  if (value === undefined) throw new Error('a stream has at least one part')
  return value
}

function requireSize(receivedBytes: number, sizeBytes: number | undefined): void {
  if (sizeBytes !== undefined && receivedBytes !== sizeBytes) throw blobIncomplete(receivedBytes, sizeBytes)
}

async function putObject({ send, bucket, prefix }: Bucket, key: string, body: Buffer): Promise<void> {
  await send(key, ({ PutObjectCommand }, client, timeoutMs) =>
    client.send(new PutObjectCommand({ Bucket: bucket, Key: prefix + key, Body: body, ContentLength: body.length }), {
      requestTimeout: timeoutMs + bodyMs,
    }),
  )
}

async function putParts(
  bucket: Bucket,
  key: string,
  first: Buffer,
  parts: AsyncGenerator<Part, void>,
  sizeBytes: number | undefined,
): Promise<void> {
  const upload = { Bucket: bucket.bucket, Key: bucket.prefix + key }
  const { UploadId } = await bucket.send(key, ({ CreateMultipartUploadCommand }, client, requestTimeout) =>
    client.send(new CreateMultipartUploadCommand(upload), { requestTimeout }),
  )
  const named = { ...upload, UploadId }
  try {
    const sent: SentPart[] = []
    let receivedBytes = 0
    for (let part: Part = { bytes: first, isLast: false }; ; part = await nextOf(parts)) {
      receivedBytes += part.bytes.length
      if (sizeBytes !== undefined && receivedBytes > sizeBytes) throw blobIncomplete(receivedBytes, sizeBytes)
      sent.push(await putPart(bucket, key, { ...named, PartNumber: sent.length + 1, Body: part.bytes }))
      if (part.isLast) break
    }
    requireSize(receivedBytes, sizeBytes)
    await complete(bucket, key, { ...named, MultipartUpload: { Parts: sent } }, receivedBytes)
  } catch (error) {
    // What this leaves is removed with the object, whose row is there.
    await abortUploads(bucket, key).catch(() => {})
    throw error
  }
}

interface SentPart {
  readonly PartNumber: number
  readonly ETag: string | undefined
}

interface PartRequest {
  readonly Bucket: string
  readonly Key: string
  readonly UploadId: string | undefined
  readonly PartNumber: number
  readonly Body: Buffer
}

async function putPart({ send }: Bucket, key: string, part: PartRequest): Promise<SentPart> {
  const { ETag } = await send(key, ({ UploadPartCommand }, client, timeoutMs) =>
    client.send(new UploadPartCommand({ ...part, ContentLength: part.Body.length }), {
      requestTimeout: timeoutMs + bodyMs,
    }),
  )
  return { PartNumber: part.PartNumber, ETag }
}

interface CompleteRequest extends Omit<PartRequest, 'PartNumber' | 'Body'> {
  readonly MultipartUpload: { readonly Parts: SentPart[] }
}

/** If the response to a first attempt was lost, the second one finds no such upload, but the object. */
async function complete({ send }: Bucket, key: string, request: CompleteRequest, sizeBytes: number): Promise<void> {
  await send(key, async ({ CompleteMultipartUploadCommand, HeadObjectCommand }, client, timeoutMs) => {
    try {
      await client.send(new CompleteMultipartUploadCommand(request), { requestTimeout: timeoutMs + bodyMs })
    } catch (error) {
      if (isAppError(error) || (error as Error).name !== 'NoSuchUpload') throw error
      const { Bucket, Key } = request
      const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket, Key }), { requestTimeout: timeoutMs })
      if (ContentLength !== sizeBytes) throw error
    }
  })
}
