import { errors } from './error-catalogue.ts'

/** The errors of uploads, downloads and the store of blobs. */
export const contentErrors = errors({
  'request.length_required': {
    kind: 'malformed',
    title: 'Content-Length is required',
    why: 'An upload must declare the size of its body, so that one that is too large is refused before it is sent.',
    fix: 'Send `Content-Length`; a body in chunks does not have it.',
  },
  'request.content_mismatch': {
    kind: 'invalid',
    title: 'The content is not of the declared type',
    why: 'The first bytes of the content are not those of its `Content-Type`, whatever the name of the file says.',
    fix: 'Send the media type that the content has, or convert the file.',
  },
  'request.stalled': {
    kind: 'timeout',
    title: 'The body has stopped arriving',
    why: 'The server waits for more of a body for a limited time only. What had arrived was removed.',
    fix: 'Send the request again; check the connection.',
  },
  'request.range_unsatisfiable': {
    kind: 'malformed',
    title: 'The range lies outside the content',
    why: 'The `Range` begins after the end of the content, whose size is in `Content-Range`.',
    fix: 'Ask for a range within the size, or for the whole.',
  },
  'blob.expired': {
    kind: 'conflict',
    title: 'The upload has expired',
    why: 'Content that no resource names is removed after a day.',
    fix: 'Send the content again.',
  },
  'blob.unavailable': {
    kind: 'unavailable',
    title: 'The store of files cannot be reached',
    why: 'The bucket in which files are kept does not respond, or refuses the service. Nothing was stored or removed.',
    fix: 'Wait a moment, then retry with the same Idempotency-Key. Operators find the reason in the log, and under `blobs` in `/health`.',
  },
  'blob.lost': {
    kind: 'failed',
    title: 'The content is missing',
    why: 'The resource exists, but the store has lost its content; the store may have been replaced or restored incompletely.',
    fix: 'Restore the folder or the bucket of the blobs from a backup, or send the content again.',
  },
})
