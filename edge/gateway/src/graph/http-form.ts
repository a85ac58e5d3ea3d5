import type { ExecutionResult, GraphQLError } from 'graphql'

/** The parameters of a request (GraphQL over HTTP). */
export interface GraphParams {
  readonly query: string | undefined
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
  readonly extensions: Readonly<Record<string, unknown>>
}

/** A response as it is sent. */
export interface GraphResponse {
  readonly status: number
  readonly mediaType: string
  readonly body: string
}

/** A request that is not in the form of GraphQL over HTTP. */
export class BadGraphRequest extends Error {}

/** The media type of the results of subscriptions. */
export const streamType = 'text/event-stream'
const ownType = 'application/graphql-response+json'
const jsonType = 'application/json'

/** The media type that a client wants; JSON, whose errors have the status 200, is the older one. Undefined if it takes neither. */
export function responseType(accept: string | undefined): string | undefined {
  const wanted = (accept ?? '*/*')
    .toLowerCase()
    .split(',')
    .map((range, index) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
      const weight = parameters.find((parameter) => parameter.startsWith('q='))
      const charset = parameters.find((parameter) => parameter.startsWith('charset='))
      const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset)
      return { type, weight: isUtf8 ? Number(weight?.slice(2) ?? 1) : 0, index }
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight || a.index - b.index)
  for (const { type } of wanted) {
    if (type === ownType || type === streamType) return type
    if (type === jsonType || type === 'application/*' || type === '*/*') return jsonType
  }
  return undefined
}

/** Reads the parameters of a GET, or of a POST with a JSON object. @throws BadGraphRequest */
export function readParams(method: string, search: string, body: string): GraphParams {
  return method === 'GET' ? paramsOfSearch(new URLSearchParams(search)) : checked(parsed(body, 'The body'))
}

function paramsOfSearch(search: URLSearchParams): GraphParams {
  const json = (name: string) => {
    const text = search.get(name)
    return text === null || text === '' ? undefined : parsed(text, `The parameter ${name}`)
  }
  return checked({
    query: search.get('query') ?? undefined,
    operationName: search.get('operationName') ?? undefined,
    variables: json('variables'),
    extensions: json('extensions'),
  })
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new BadGraphRequest(`${what} is not valid JSON.`)
  }
}

function checked(value: unknown): GraphParams {
  if (!isObject(value)) throw new BadGraphRequest('The body must be one JSON object; batches are not supported.')
  const { query, operationName, variables, extensions } = value
  if (query !== undefined && query !== null && typeof query !== 'string') throw wrong('query', 'a text')
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') {
    throw wrong('operationName', 'a text')
  }
  return {
    query: query ?? undefined,
    operationName: operationName ?? undefined,
    variables: objectIn('variables', variables),
    extensions: objectIn('extensions', extensions),
  }
}

function objectIn(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {}
  if (!isObject(value)) throw wrong(name, 'an object')
  return value
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrong(name: string, expected: string): BadGraphRequest {
  return new BadGraphRequest(`${name} must be ${expected}.`)
}

/** The response with the result of a query that was executed. */
export function executed(mediaType: string, result: ExecutionResult): GraphResponse {
  return { status: 200, mediaType, body: JSON.stringify(result) }
}

/** The response to a query that is not executed; in JSON its status is 200, as the specification has it for older clients. */
export function notExecuted(mediaType: string, errors: readonly GraphQLError[]): GraphResponse {
  return { status: mediaType === ownType ? 400 : 200, mediaType, body: JSON.stringify({ errors }) }
}

/** The response to a request that is not in the form of GraphQL over HTTP. */
export function badRequest(mediaType: string, { message }: BadGraphRequest): GraphResponse {
  return { status: 400, mediaType, body: JSON.stringify({ errors: [{ message }] }) }
}
