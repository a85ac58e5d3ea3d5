import type { IncomingMessage } from 'node:http'
import type { Blobs } from '@stoa/blobs'
import type { BlobRef, Operation, Service, Upload } from '@stoa/contract'
import type { Exchange } from './exchange.ts'
import { makePathMatcher } from './path-matcher.ts'
import { refusalOf } from './refusals.ts'

/** Whether the body of an operation is streamed into a blob. */
export function isUpload(operation: Operation): operation is Upload {
  return operation.upload !== undefined
}

/** What an upload has declared of its body. */
export interface DeclaredUpload {
  readonly mediaType: string
  readonly sizeBytes: number
}

/** Reads what the headers of an upload declare. @throws AppError 411, 413 or 415, before any of the body is read */
export function declaredUpload({ headers }: IncomingMessage, { upload }: Upload): DeclaredUpload {
  const mediaType = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (!(upload.mediaTypes as readonly string[]).includes(mediaType)) {
    throw refusalOf('request.media_type_unsupported', `The body must be one of ${upload.mediaTypes.join(', ')}.`)
  }
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw refusalOf('request.media_type_unsupported', 'The body must not be compressed.')
  }
  const length = headers['content-length']
  if (length === undefined) throw refusalOf('request.length_required', 'An upload must declare its Content-Length.')
  const sizeBytes = Number(length)
  if (sizeBytes > upload.largestBytes) {
    throw refusalOf('request.too_large', `The body is larger than ${upload.largestBytes} bytes.`)
  }
  return { mediaType, sizeBytes }
}

/** A blob that an upload has brought, until its operation has ended. */
export interface ReceivedUpload {
  readonly blob: BlobRef
  /** Removes the blob at once, unless the operation has kept it. */
  readonly discard: () => Promise<void>
}

/** Streams the body of an upload into a blob. It gives back its place among the requests in progress: most of the time it waits for the client. */
export async function receiveUpload(
  blobs: Blobs,
  { upload }: Upload,
  exchange: Exchange,
  declared: DeclaredUpload,
): Promise<ReceivedUpload> {
  exchange.place?.leave()
  const blob = await blobs.receive(upload.shelf, exchange.request, declared)
  return { blob, discard: () => blobs.discard(upload.shelf, blob.id) }
}

/** Makes a function that tells the uploads of a service from other requests, before any of the body is read. */
export function uploadMatcher({ operations }: Pick<Service, 'operations'>): (request: IncomingMessage) => boolean {
  const uploads = Object.values(operations).filter((route) => route.kind === 'operation' && isUpload(route))
  if (uploads.length === 0) return () => false
  const methodsOf = makePathMatcher(uploads as readonly Operation[])
  return ({ method = '', url = '' }) => methodsOf(url.split('?')[0] ?? '').includes(method)
}
