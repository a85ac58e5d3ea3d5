import type { Operation, Socket, Stream } from '@stoa/contract'
import type { TSchema } from 'typebox'
import { requiresIfMatch, sendsEtag } from '../versions.ts'
import type { DescribedRoute } from './document.ts'

type Described = DescribedRoute<Operation | Stream | Socket>

/** The parameters of a route, in its path, its query and its headers, with the rules that are enforced. */
export function parametersOf(described: Described): object[] {
  return [...pathParameters(described), ...queryParameters(described), ...headerParameters(described)]
}

function pathParameters({ service, name: operation, route, names }: Described): object[] {
  const examples = service.examples[operation]?.params ?? {}
  return Object.entries(route.params).map(([name, schema]) => ({
    name,
    in: 'path',
    required: true,
    schema: names.accept(schema),
    ...(Object.hasOwn(examples, name) ? { example: examples[name] } : {}),
  }))
}

function queryParameters({ service, name: operation, route: { query }, names }: Described): object[] {
  if (query === undefined) return []
  const examples = new Map<string, unknown>(Object.entries(service.examples[operation]?.query ?? {}))
  const required = new Set(query.required as readonly string[] | undefined)
  return Object.entries(query.properties as Record<string, TSchema>).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.has(name),
    schema: names.accept(schema),
    ...(examples.has(name) ? { example: examples.get(name) } : {}),
  }))
}

/** Bare, or a string of structured fields (RFC 9651): 1 to 255 characters without what quotes and escapes them. */
const idempotencyKey = {
  type: 'string',
  minLength: 1,
  maxLength: 512,
  pattern: String.raw`^(?:[!#-~]{1,255}|"(?:[ !#-\[\]-~]|\\["\\]){1,255}")$`,
}
const entityTag = { type: 'string', minLength: 1, pattern: String.raw`^(?:\*|"[!#-~]*")$` }
/** Invalid values of these are ignored, as their RFCs require, so they cause no error. */
const anyText = { type: 'string' }

function headerParameters({ service, route }: Described): object[] {
  const header = (name: string, required: boolean, schema: object, description: string) => ({
    name,
    in: 'header',
    required,
    description,
    schema,
  })
  if (route.kind === 'socket') return []
  if (route.kind === 'stream') return [header('Last-Event-ID', false, anyText, 'Resumes the stream after this event')]
  const headers: object[] = []
  if (route.idempotencyKey !== 'none') {
    const description = 'A new key for each change; a repeated request with the same key has no second effect'
    headers.push(header('Idempotency-Key', route.idempotencyKey === 'required', idempotencyKey, description))
  }
  if (requiresIfMatch(service, route)) {
    const description =
      'The ETag of the version that the client read, or * for any version; a weak tag never matches (412)'
    headers.push(header('If-Match', true, entityTag, description))
  }
  if (sendsEtag(service, route)) {
    const description =
      'ETags of the responses that the client has stored, or *: returns 304 if one of them is current (RFC 9110)'
    headers.push(header('If-None-Match', false, anyText, description))
  }
  if (route.download !== undefined) {
    const description =
      'bytes=from-to: returns only this part (206); with If-Range only of the content with this ETag (RFC 9110)'
    headers.push(header('Range', false, anyText, description), header('If-Range', false, anyText, 'See Range'))
  }
  if (route.settled !== undefined) {
    const description = 'wait=n: waits up to n seconds for the outcome; respond-async: returns immediately (RFC 7240)'
    headers.push(header('Prefer', false, anyText, description))
  }
  return headers
}
