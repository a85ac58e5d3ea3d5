import type { Bucket } from './s3-client.ts'

/** An upload by parts that was neither completed nor aborted. */
export interface UnfinishedUpload {
  readonly key: string
  readonly uploadId: string
}

/** The unfinished uploads to keys that begin with this text, without the prefix of the bucket. */
export async function* unfinishedUploads(
  { send, bucket, prefix }: Bucket,
  begin: string,
): AsyncGenerator<readonly UnfinishedUpload[]> {
  let markers: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {}
  for (;;) {
    const page = await send(begin, ({ ListMultipartUploadsCommand }, client, requestTimeout) =>
      client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix + begin, ...markers }), {
        requestTimeout,
      }),
    )
    yield (page.Uploads ?? []).flatMap(({ Key = '', UploadId = '' }) =>
      Key.startsWith(prefix + begin) ? [{ key: Key.slice(prefix.length), uploadId: UploadId }] : [],
    )
    if (page.IsTruncated !== true) return
    markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
  }
}

/** Aborts the unfinished uploads to one key, so that their parts take no more room. */
export async function abortUploads(bucket: Bucket, key: string): Promise<void> {
  for await (const uploads of unfinishedUploads(bucket, key)) {
    for (const upload of uploads) {
      if (upload.key === key) await abort(bucket, upload)
    }
  }
}

async function abort({ send, bucket, prefix }: Bucket, { key, uploadId: UploadId }: UnfinishedUpload): Promise<void> {
  await send(key, async ({ AbortMultipartUploadCommand }, client, requestTimeout) => {
    try {
      const request = { Bucket: bucket, Key: prefix + key, UploadId }
      await client.send(new AbortMultipartUploadCommand(request), { requestTimeout })
    } catch (error) {
      if ((error as Error).name !== 'NoSuchUpload') throw error
    }
  })
}
