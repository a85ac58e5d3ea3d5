import { Type, type Static, type TObject, type TProperties, type TSchema, type TUnsafe } from 'typebox'
import {
  get,
  post,
  type Answers,
  type Declared,
  type DeclaredPath,
  type Operation,
  type PathSchemas,
  type Writes,
} from './operations.ts'

/** A stored blob. It never changes: another content is another blob. */
export interface BlobRef {
  readonly id: string
  readonly mediaType: string
  readonly sizeBytes: number
  /** SHA-256 of the content, in hexadecimal. */
  readonly sha256: string
}

/** A place for blobs of one kind; a blob that no committed row has kept is removed within two days. */
export interface BlobShelf {
  /** What the blobs are, for operators. */
  readonly purpose: string
}

/** The body of an upload: one of these media types, streamed into a blob. */
export interface UploadBody {
  /** The shelf of the service that the blob is put on. */
  readonly shelf: string
  /** The media types that are accepted; the content must begin with the signature of the declared one. */
  readonly mediaTypes: readonly UploadMediaType[]
  readonly largestBytes: number
}

/**
 * The media types that an upload can accept: those whose content can be told from its first bytes, and plain text. SVG is not among
 * them, because it can contain scripts.
 */
export const uploadMediaTypes = [
  'application/gzip',
  'application/pdf',
  'application/vnd.apache.parquet',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/zip',
  'image/gif',
  'image/jpeg',
  'image/png',
  'image/webp',
  'text/csv',
  'text/plain',
] as const

/** A media type that an upload can accept. */
export type UploadMediaType = (typeof uploadMediaTypes)[number]

/** What the handler of a download returns as `body`; the platform sends the content of the blob. */
export interface BlobBody {
  readonly blob: BlobRef
  /** The name under which a browser saves it; without one, an image is shown in the page. */
  readonly fileName?: string
}

/** The schema of a blob with one of several media types; `Fields` are checked but not sent, such as the owner of the blob. */
export interface BlobSchema<Fields = unknown> extends TUnsafe<BlobBody & Fields> {
  readonly contentMediaTypes: readonly string[]
}

/** The media types of the answer of a download; undefined for any other schema, and for no body. */
export function mediaTypesOfBlob(schema: TSchema | null | undefined): readonly string[] | undefined {
  if (schema === null || schema === undefined || !('contentMediaTypes' in schema)) return undefined
  return schema.contentMediaTypes as readonly string[]
}

/** What the handler of an upload gets in addition. */
export interface UploadContext {
  /** The received content; its type and size have been checked. The commit keeps it. */
  readonly blob: BlobRef
}

/** An operation whose body is streamed into a blob. */
export type Upload<O extends Operation = Operation> = O & { readonly upload: UploadBody }

type UploadSpec<P extends string, Q, A extends Answers, C extends string, W, S> = Omit<
  Declared<P, Q, undefined, A, C>,
  'body'
> &
  Omit<Writes<A, C>, 'external' | 'rawBody' | 'settled' | 'waitSeconds' | 'answersWith'> &
  DeclaredPath<P, S> & { readonly answersWith?: W; readonly upload: UploadBody }

/**
 * Declares a POST whose body is not JSON: it is streamed into a blob of the shelf, up to `largestBytes`, and the handler gets the
 * reference as `blob` when it is complete. The commit of the handler keeps the blob; without one it is removed. `Content-Length` is
 * required. The timeout of the operation starts when the body has arrived; before, only a silence ends the request.
 */
export function upload<
  const P extends string,
  const A extends Answers,
  Q extends TObject | undefined = undefined,
  const C extends string = never,
  const W extends string | undefined = undefined,
  const S extends PathSchemas = {},
>(
  path: P,
  { upload: body, ...spec }: UploadSpec<P, Q, A, C, W, S>,
): Upload<Operation<P, 'write', Q, undefined, A, C, W, false, S, false>> {
  const operation = (post as unknown as (path: string, spec: object) => object)(path, spec)
  return { ...operation, upload: body } as never
}

/** An operation whose response is the content of a blob. */
export type Download<O extends Operation = Operation> = O & { readonly download: { readonly shelf: string } }

interface DownloadWords<Fields extends TProperties> {
  /** The shelf of the service that the blob is on. */
  readonly shelf: string
  readonly mediaTypes: readonly string[]
  /** Fields of the handler’s body that are checked but not sent, such as the one that `owner` names. */
  readonly fields?: Fields
}

type DownloadAnswers<Fields extends TProperties> = { readonly 200: BlobSchema<Static<TObject<Fields>>> }

type DownloadSpec<P extends string, Fields extends TProperties, C extends string, S> = Omit<
  Declared<P, undefined, undefined, DownloadAnswers<Fields>, C>,
  'answers' | 'query' | 'body' | 'sharedWith'
> &
  DeclaredPath<P, S> & { readonly download: DownloadWords<Fields> }

/**
 * Declares a GET whose response is a blob: the handler returns its reference, and the platform streams the content with its SHA-256 as
 * strong `ETag`, with ranges and conditions (RFC 9110, 13 and 14) and `nosniff`.
 */
export function download<
  const P extends string,
  Fields extends TProperties = {},
  const C extends string = never,
  const S extends PathSchemas = {},
>(
  path: P,
  { download: words, ...spec }: DownloadSpec<P, Fields, C, S>,
): Download<Operation<P, 'read', undefined, undefined, DownloadAnswers<Fields>, C, undefined, false, S, false>> {
  const content = Type.Unsafe({ type: 'string', contentMediaTypes: words.mediaTypes })
  const declare = get as unknown as (path: string, spec: object) => object
  return { ...declare(path, { ...spec, answers: { 200: content } }), download: { shelf: words.shelf } } as never
}
