import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { BlobBody, BlobRef } from '@stoa/contract'
import type { Blobs } from '@stoa/blobs'
import { isNotModified } from './conditional.ts'
import type { Exchange } from './exchange.ts'
import { dispositionOf } from './file-answer.ts'
import { rangeOf, RangeUnsatisfiable } from './range.ts'
import type { Answered } from './read-back.ts'
import type { Outgoing } from './respond.ts'

interface DownloadParts {
  readonly blobs: Blobs
  readonly shelf: string
  readonly cacheControl: string | undefined
}

/** The response of a download: the content that the handler has named, or the part of it that the client asks for. */
export async function outgoingBlob(
  { blobs, shelf, cacheControl = 'private, no-cache' }: DownloadParts,
  exchange: Exchange,
  { headers: given, body }: Answered,
): Promise<Outgoing> {
  const { blob, fileName } = body as BlobBody
  const { headers: asked } = exchange.request
  const etag = `"${blob.sha256}"`
  const common = { ...given, 'cache-control': cacheControl, etag }
  if (isNotModified(asked['if-none-match'], etag)) return { status: 304, headers: common }
  const isRangeCurrent = asked['if-range'] === undefined || asked['if-range'] === etag
  const range = isRangeCurrent ? rangeOf(asked.range, blob.sizeBytes) : undefined
  if (range === 'unsatisfiable') {
    throw new RangeUnsatisfiable(blob.sizeBytes)
  }
  const headers = { ...common, ...contentHeaders(blob, fileName) }
  const open = exchange.method === 'HEAD' ? undefined : await blobs.open(shelf, blob.id, range)
  const content = { open, sizeBytes: range === undefined ? blob.sizeBytes : range.end - range.start + 1 }
  if (range === undefined) return { status: 200, headers, content }
  const contentRange = `bytes ${range.start}-${range.end}/${blob.sizeBytes}`
  return { status: 206, headers: { ...headers, 'content-range': contentRange }, content }
}

function contentHeaders({ mediaType }: BlobRef, fileName: string | undefined): { readonly [name: string]: string } {
  const isShown = fileName === undefined && mediaType.startsWith('image/')
  return {
    'content-type': mediaType,
    'content-disposition': isShown ? 'inline' : dispositionOf(fileName ?? 'download'),
    'accept-ranges': 'bytes',
    // a browser must not take content of others for a page of this origin
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  }
}

/** Sends the content of a blob. A client that takes nothing for the time is disconnected, so that it does not hold the file open. */
export async function sendContent({ response }: Exchange, content: Readable, idleMs: number): Promise<void> {
  const timer = setTimeout(() => response.destroy(), idleMs)
  response.on('drain', () => timer.refresh())
  try {
    await pipeline(content, response)
  } catch {
    // The client has left, or the store has failed after the head: the response is cut off, which the client sees.
    response.destroy()
  } finally {
    clearTimeout(timer)
  }
}
