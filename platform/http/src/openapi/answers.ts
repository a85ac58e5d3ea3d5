import { mediaTypeOfFile, mediaTypesOfBlob, type Operation, type Socket, type Stream } from '@stoa/contract'
import type { TSchema } from 'typebox'
import { STATUS_CODES } from 'node:http'
import { jsonMediaType } from '../options.ts'
import { problemMediaType } from '../problem.ts'
import { requiresIfMatch, sendsEtag } from '../versions.ts'
import type { DescribedRoute, Door } from './document.ts'
import { mediaExamples } from './examples.ts'
import { referToHeaders, type AnswerHeader } from './headers.ts'
import { problemCodes } from './problem-codes.ts'

/** Returns the documented responses of a route: those it declares, and the problems of the server and of the route, by status. */
export function answersOf(described: DescribedRoute<Operation | Stream | Socket>, door: Door): object {
  const { route } = described
  const answers: Record<string, unknown> =
    route.kind === 'stream'
      ? streamAnswers(door)
      : route.kind === 'socket'
        ? { 101: { description: 'Switching Protocols: the WebSocket is open' } }
        : goodAnswers(described as DescribedRoute<Operation>, door)
  for (const [status, codes] of problemCodes(described, door))
    answers[status] ??= problemAnswer(status, codes, door, route)
  return answers
}

function goodAnswers({ service, name, route, names }: DescribedRoute<Operation>, door: Door): Record<string, unknown> {
  const answers: Record<string, unknown> = {}
  const isTagged = sendsEtag(service, route) || (route.method !== 'GET' && returnsVersion(service, route))
  const { sharedWith, settled, answersWith } = route
  const headers = (status: number, schema: TSchema | null = null): readonly AnswerHeader[] => [
    ...headersAtDoor(door, route),
    'Cache-Control',
    ...(isTagged ? (['ETag'] as const) : []),
    ...(typeof sharedWith === 'object' ? (['Vary'] as const) : []),
    ...(sharedWith !== undefined && door === 'gateway' ? (['Cache-Status'] as const) : []),
    ...(status === 201 && answersWith !== undefined ? (['Location'] as const) : []),
    ...(settled === undefined ? [] : (['Preference-Applied'] as const)),
    ...(mediaTypeOfFile(schema) === undefined ? [] : (['Content-Disposition'] as const)),
  ]
  const example = mediaExamples(service.examples[name]?.response)
  for (const [status, schema] of Object.entries(route.answers)) {
    answers[status] = {
      description: STATUS_CODES[status] ?? 'Answered',
      headers: referToHeaders(headers(Number(status), schema)),
      ...(schema === null ? {} : { content: contentOf(schema, names, example) }),
    }
  }
  if (route.download !== undefined && answers['200'] !== undefined) {
    answers['206'] = { ...answers['200'], description: 'Partial Content' }
  }
  if (sendsEtag(service, route)) {
    answers['304'] ??= { description: 'Not Modified', headers: referToHeaders(headers(304)) }
  }
  return answers
}

/** The content of a response; the bytes of a file have no schema (OpenAPI 3.1, "Considerations for File Uploads"). */
function contentOf(schema: TSchema, names: DescribedRoute['names'], example: object): object {
  const mediaTypes = mediaTypesOfBlob(schema)
  if (mediaTypes !== undefined) return Object.fromEntries(mediaTypes.map((type) => [type, {}]))
  const mediaType = mediaTypeOfFile(schema)
  return mediaType === undefined
    ? { [jsonMediaType]: { schema: names.refer(schema), ...example } }
    : { [mediaType]: {} }
}

/** Whether what a write returns is a resource with a version: it is changed under `If-Match`, or read with an `ETag`. */
function returnsVersion(service: DescribedRoute['service'], route: Operation): boolean {
  if (requiresIfMatch(service, route)) return route.method !== 'DELETE'
  return Object.entries(service.operations).some(
    ([name, other]) =>
      other.kind === 'operation' &&
      sendsEtag(service, other) &&
      (name === route.answersWith || other.path.replace(/\/\{[^}]+\}$/, '') === route.path),
  )
}

function streamAnswers(door: Door): Record<string, unknown> {
  return {
    200: {
      description: 'Server-sent events (WHATWG HTML)',
      headers: referToHeaders([...headersAtDoor(door, undefined), 'Cache-Control']),
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    },
  }
}

function problemAnswer(status: number, codes: readonly string[], door: Door, route: AnyRoute): object {
  const { method } = route
  const schema = { allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: codes } } }] }
  const mayRetryLater = status === 429 || status === 503 || codes.includes('idempotency.in_progress')
  const headers = referToHeaders([
    ...headersAtDoor(door, route),
    'Cache-Control',
    ...(mayRetryLater ? (['Retry-After'] as const) : []),
    ...(status === 415 && method === 'POST' ? (['Accept-Post'] as const) : []),
    ...(status === 415 && method === 'PATCH' ? (['Accept-Patch'] as const) : []),
    ...(status === 401 || codes.includes('auth.permission_missing') ? (['WWW-Authenticate'] as const) : []),
  ])
  return { description: STATUS_CODES[status] ?? 'Problem', headers, content: { [problemMediaType]: { schema } } }
}

type AnyRoute = Operation | Stream | Socket

function headersAtDoor(door: Door, route: AnyRoute | undefined): readonly AnswerHeader[] {
  if (door === 'service') return ['X-Request-Id']
  const deprecated = route?.kind === 'operation' ? route.deprecated : undefined
  return [
    'X-Request-Id',
    'RateLimit',
    'RateLimit-Policy',
    ...(deprecated === undefined ? [] : (['Deprecation'] as const)),
    ...(deprecated?.sunset === undefined ? [] : (['Sunset'] as const)),
    ...(deprecated?.successor === undefined ? [] : (['Link'] as const)),
  ]
}
