import { stream, type Mount, type MountedEndpoint, type Service } from '@stoa/contract'
import { STATUS_CODES } from 'node:http'
import { jsonMediaType } from '../options.ts'
import { answersOf } from './answers.ts'
import type { Door } from './document.ts'
import type { SchemaNames } from './schemas.ts'

interface DescribedEndpoint {
  readonly service: Service
  readonly route: Mount
  readonly endpoint: MountedEndpoint
  readonly names: SchemaNames
}

interface Answer {
  readonly description: string
  readonly headers?: object
  readonly content?: object
}

/** Describes an endpoint of a mounted handler: what the handler returns, and the problems with which a request does not reach it. */
export function describeEndpoint(
  { service, route, endpoint, names }: DescribedEndpoint,
  isShared: boolean,
  door: Door,
): object {
  const { name, summary, params, body } = endpoint
  const { permission, takesTokens } = route
  return {
    operationId: isShared ? `${service.name}.${name}` : name,
    tags: [service.name],
    summary,
    description: takesTokens
      ? 'Public: a token is not required, and shows who calls.'
      : 'The handler checks who calls.',
    parameters: Object.entries(params).map(([parameter, schema]) => ({
      name: parameter,
      in: 'path',
      required: true,
      schema,
    })),
    requestBody: { required: false, content: { [jsonMediaType]: { schema: names.accept(body) } } },
    responses: answersOfEndpoint({ service, route, endpoint, names }, door),
    security: takesTokens ? [{}, { bearer: [] }] : [],
    'x-permission': permission,
    'x-owner': 'none',
    'x-service': service.name,
  }
}

function answersOfEndpoint({ service, route, endpoint, names }: DescribedEndpoint, door: Door): object {
  const { summary, permission } = route
  // what can happen before any handler is the same for all of them
  const before = stream('/', { summary, permission, owner: 'none' })
  const { 200: good, ...problems } = answersOf({ service, name: endpoint.name, route: before, names }, door) as Record<
    string,
    Answer
  >
  const own = Object.entries(endpoint.answers).map(([status, schema]): [string, Answer] => {
    const content = schema === null ? {} : { [jsonMediaType]: { schema: names.refer(schema) } }
    const problem = problems[status]
    const description = STATUS_CODES[status] ?? 'Answered'
    const headers = problem?.headers ?? good?.headers ?? {}
    return [status, { description, headers, content: { ...content, ...problem?.content } }]
  })
  return { ...problems, ...Object.fromEntries(own) }
}
