import {
  isInternalPath,
  type Mount,
  type Operation,
  type Permission,
  type Route,
  type Service,
  type Stream,
} from '@stoa/contract'
import type { TSchema } from 'typebox'
import { jsonMediaType } from '../options.ts'
import { mediaTypeFor } from '../body.ts'
import { problemMediaType } from '../problem.ts'
import { answersOf } from './answers.ts'
import { namedSchemas, type SchemaNames } from './schemas.ts'

/** What a document says of itself. */
export interface OpenApiInfo {
  readonly title: string
  readonly version: string
  readonly description?: string
}

/** One service and one of its routes, with what a document needs to know of the rest of its contract. */
export interface DescribedRoute<Kind extends Route = Route> {
  readonly service: Service
  readonly name: string
  readonly route: Kind
  readonly names: SchemaNames
}

/**
 * The OpenAPI 3.1 document of one or several services, from their contracts alone: every operation with its parameters,
 * headers, bodies, answers and the problems it answers by code; `x-permission`, `x-rate-class` and `x-service` beside.
 */
export function openApiDocument(services: readonly Service[], info: OpenApiInfo): object {
  const names = namedSchemas(services)
  const paths: Record<string, Record<string, unknown>> = {}
  for (const service of services) {
    for (const [name, route] of Object.entries(service.operations)) {
      // A foreign handler has a document of its own, if any; what is internal is nobody's to build on.
      if (route.kind === 'mount' || isInternalPath(route.path)) continue
      const path = (paths[route.path] ??= {})
      path[route.method.toLowerCase()] = describeRoute({ service, name, route, names }, services.length > 1)
    }
  }
  return {
    openapi: '3.1.0',
    info: { license: { name: 'Apache-2.0', identifier: 'Apache-2.0' }, ...info },
    servers: [{ url: '/' }],
    tags: services.map(({ name, owner }) => ({ name, description: `owned by ${owner}` })),
    paths,
    components: {
      schemas: names.components(),
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  }
}

function describeRoute(described: DescribedRoute<Operation | Stream>, isShared: boolean): object {
  const { service, name, route, names } = described
  return {
    // Ids of operations are unique in a document; two services may use one name.
    operationId: isShared ? `${service.name}.${name}` : name,
    tags: [service.name],
    summary: route.summary,
    parameters: [
      ...pathParameters(route, names),
      ...queryParameters(route, names),
      ...headerParameters(route, isConditional(described)),
    ],
    ...(route.kind === 'operation' && route.body !== undefined ? { requestBody: requestBody(route, names) } : {}),
    responses:
      route.kind === 'operation'
        ? answersOf(described as DescribedRoute<Operation>, isConditional(described))
        : streamAnswers(),
    security: securityOf(route.permission),
    'x-permission': route.permission,
    'x-owner': route.owner,
    'x-service': service.name,
    ...(route.kind === 'operation' ? { 'x-rate-class': route.rateClass, 'x-timeout-ms': route.timeoutMs } : {}),
  }
}

function securityOf(permission: Permission): object[] {
  return permission === 'public' ? [] : [{ bearer: [] }]
}

function isConditional({ service, route }: DescribedRoute<Exclude<Route, Mount>>): boolean {
  if (!['PUT', 'PATCH', 'DELETE'].includes(route.method)) return false
  return Object.values(service.operations).some(
    (other) => other.kind === 'operation' && other.method === 'GET' && other.path === route.path,
  )
}

function pathParameters({ params }: Operation | Stream, names: SchemaNames): object[] {
  return Object.entries(params).map(([name, schema]) => ({
    name,
    in: 'path',
    required: true,
    schema: names.refer(schema),
  }))
}

function queryParameters({ query }: Operation | Stream, names: SchemaNames): object[] {
  if (query === undefined) return []
  const required = new Set(query.required as readonly string[] | undefined)
  return Object.entries(query.properties as Record<string, TSchema>).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.has(name),
    schema: names.refer(schema),
  }))
}

function headerParameters(route: Operation | Stream, needsIfMatch: boolean): object[] {
  const header = (name: string, required: boolean, description: string) => ({
    name,
    in: 'header',
    required,
    description,
    schema: { type: 'string' },
  })
  if (route.kind === 'stream') return [header('Last-Event-ID', false, 'Goes on after this event')]
  const headers: object[] = []
  if (route.idempotencyKey !== 'none') {
    headers.push(
      header(
        'Idempotency-Key',
        route.idempotencyKey === 'required',
        'One for each request; a repeat with it has no second effect',
      ),
    )
  }
  if (needsIfMatch) headers.push(header('If-Match', true, 'The ETag of the resource as it was read'))
  if (route.method === 'GET')
    headers.push(header('If-None-Match', false, 'Answers 304 when the ETag is still this one'))
  if (route.settled !== undefined)
    headers.push(header('Prefer', false, 'wait=n: answers with the outcome, after n seconds at most'))
  return headers
}

function requestBody({ method, body }: Operation, names: SchemaNames): object {
  if (body === undefined) return {}
  return {
    required: !('~optional' in body),
    content: { [method === 'PATCH' ? mediaTypeFor(method) : jsonMediaType]: { schema: names.refer(body) } },
  }
}

function streamAnswers(): object {
  return {
    200: { description: 'Server-sent events', content: { 'text/event-stream': { schema: { type: 'string' } } } },
    default: {
      description: 'Problem',
      content: { [problemMediaType]: { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  }
}
