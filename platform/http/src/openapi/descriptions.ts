import type { Operation, Service, Socket, Stream } from '@stoa/contract'
import { requiresIfMatch } from '../versions.ts'

/** The description of a document, which applies to all its operations. */
export const introduction = [
  'JSON over HTTP. Errors are problem details (RFC 9457): `code` is stable, `type` links to its page, and `errors` points to each invalid field.',
  'Lists return `items` and, if there are more, `nextCursor`; send it as `cursor` in the next request.',
  'Unknown fields are rejected. Money is an integer in minor units with its currency (ISO 4217); times are RFC 3339.',
].join('\n\n')

/** What an operation requires and promises besides its schemas, from its contract. */
export function descriptionOf(service: Service, route: Operation | Stream | Socket): string {
  const sentences = [permissionSentence(route), ownerSentence(route)]
  if (route.kind === 'socket') {
    sentences.push(
      `A WebSocket (RFC 6455) with JSON texts \`{"type": …, "data": …}\`: clients send ${list(route.receives)}, and receive ${list(route.sends)}; AsyncAPI describes them.`,
      'It ends when its token expires (close code 4401) or the service shuts down (1001).',
    )
  } else if (route.kind === 'stream') {
    sentences.push(
      'The connection stays open until the client disconnects, its token expires or the service shuts down.',
    )
  } else {
    sentences.push(deprecationSentence(service, route), keySentence(route))
    if (requiresIfMatch(service, route)) sentences.push('`If-Match` is required, so that no concurrent change is lost.')
    if (route.settled !== undefined) sentences.push('With `Prefer: wait` the response contains the outcome.')
    if (route.method === 'PATCH') sentences.push('The body is a JSON merge patch (RFC 7396).')
    if (route.rateClass === 'critical') sentences.push('Counts against the limit of 100 critical requests per minute.')
  }
  return sentences.filter((sentence) => sentence !== '').join(' ')
}

function deprecationSentence({ operations }: Service, { deprecated }: Operation): string {
  if (deprecated === undefined) return ''
  const { since, sunset, successor } = deprecated
  const next = successor === undefined ? undefined : operations[successor]
  const instead = next?.kind === 'operation' ? `; use \`${next.method} ${next.path}\`` : ''
  const end = sunset === undefined ? '' : ` It may be missing from ${sunset}.`
  return `Deprecated since ${since}${instead}.${end}`
}

function list(messages: Socket['receives']): string {
  return Object.keys(messages)
    .map((name) => `\`${name}\``)
    .join(', ')
}

function permissionSentence({ permission }: Operation | Stream | Socket): string {
  if (permission === 'public') return 'Public: no token is required, and an invalid token is ignored.'
  if (permission === 'service') return 'Requires the token of a service.'
  return `Requires the permission \`${permission}\`.`
}

function ownerSentence({ owner, permission }: Operation | Stream | Socket): string {
  return owner === 'none' || permission === 'public'
    ? ''
    : `Resources of other accounts return 404 without \`${permission}:any\`.`
}

function keySentence({ idempotencyKey }: Operation): string {
  switch (idempotencyKey) {
    case 'required':
      return '`Idempotency-Key` is required.'
    case 'accepted':
      return 'With an `Idempotency-Key` the request can be retried safely.'
    case 'none':
      return ''
  }
}
