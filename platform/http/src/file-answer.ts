import { Readable } from 'node:stream'
import type { FileBody } from '@stoa/contract'
import type { Answered } from './read-back.ts'
import type { Outgoing } from './respond.ts'

/** The response of a read that returns a file. @throws Error if the handler has returned something else */
export function outgoingFile(
  { status, headers, body }: Answered,
  mediaType: string,
  {
    cacheControl = 'no-store',
    isHead = false,
  }: { readonly cacheControl?: string | undefined; readonly isHead?: boolean } = {},
): Outgoing {
  const file = (body ?? {}) as FileBody
  const { fileName } = file
  const isFile = fileName !== undefined && ('parts' in file || file.bytes instanceof Uint8Array)
  if (!isFile) throw new Error('a file has a name and bytes')
  const sent = {
    'cache-control': cacheControl,
    'content-type': mediaType,
    'content-disposition': dispositionOf(fileName),
    // a browser must not take a file for a page of this origin
    'x-content-type-options': 'nosniff',
  }
  if ('parts' in file) {
    const open = isHead ? undefined : Readable.from(file.parts(), { objectMode: false })
    return { status, headers: { ...headers, ...sent }, content: { open, sizeBytes: file.sizeBytes } }
  }
  return { status, headers: { ...headers, ...sent }, body: file.bytes }
}

/** `Content-Disposition` with the name of a file (RFC 6266): in ASCII, and in UTF-8 if that differs. */
export function dispositionOf(fileName: string): string {
  const ascii = fileName.replaceAll(/[^\x20-\x7e]|["\\%/]/g, '_')
  const plain = `attachment; filename="${ascii}"`
  return ascii === fileName ? plain : `${plain}; filename*=UTF-8''${encoded(fileName)}`
}

function encoded(fileName: string): string {
  const hex = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  return encodeURIComponent(fileName.toWellFormed()).replaceAll(/['()*]/g, hex)
}
