import { Type, type Static, type TObject, type TProperties, type TSchema, type TUnsafe } from 'typebox'

/** A file that a read returns: the response has its bytes as the body, and its name in `Content-Disposition`. */
export type FileBody = FileName & (WholeFile | StreamedFile)

interface FileName {
  /** The name under which a browser saves it. */
  readonly fileName: string
}

interface WholeFile {
  readonly bytes: Uint8Array
}

/** A file that is sent part by part, so that memory never holds all of it; one that ends early cuts the connection. */
interface StreamedFile {
  readonly parts: () => AsyncIterable<Uint8Array>
  readonly sizeBytes: number
}

/** The schema of a file with a media type; `Fields` are checked but not sent, such as the owner of the file. */
export interface FileSchema<Fields = unknown> extends TUnsafe<FileBody & Fields> {
  readonly contentMediaType: string
}

/**
 * Declares a file as the answer of a GET: `answers: { 200: file('application/pdf', { customerId: UserId }) }`. The handler
 * returns `{ fileName, bytes, customerId }`; `owner: 'customerId'` is compared with the caller, and only the bytes are sent.
 */
export function file<Fields extends TProperties = {}>(
  mediaType: `${string}/${string}`,
  _fields?: Fields,
): FileSchema<Static<TObject<Fields>>> {
  const schema = { type: 'string', contentMediaType: mediaType }
  return Type.Unsafe(schema) as never
}

/** The media type of a file answer; undefined for a schema of JSON, and for no body. */
export function mediaTypeOfFile(schema: TSchema | null | undefined): string | undefined {
  if (schema === null || schema === undefined || !('contentMediaType' in schema)) return undefined
  return typeof schema.contentMediaType === 'string' ? schema.contentMediaType : undefined
}
