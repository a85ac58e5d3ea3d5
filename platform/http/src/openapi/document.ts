import {
  isInternalPath,
  withPortablePatterns,
  type Operation,
  type Permission,
  type Route,
  type Service,
  type Socket,
  type Stream,
} from '@stoa/contract'
import { mediaTypeFor } from '../body.ts'
import { answersOf } from './answers.ts'
import { descriptionOf, introduction } from './descriptions.ts'
import { describeEndpoint } from './endpoints.ts'
import { mediaExamples } from './examples.ts'
import { answerHeaders } from './headers.ts'
import { parametersOf } from './parameters.ts'
import { namedSchemas, type SchemaNames } from './schemas.ts'

/** The title and version of a document. */
export interface OpenApiInfo {
  readonly title: string
  readonly version: string
  readonly description?: string
}

/** Where clients send requests: to the service itself, or to the gateway, which adds its limits and errors. */
export type Door = 'service' | 'gateway'

/** One service and one of its routes, with what a document needs to know of the rest of its contract. */
export interface DescribedRoute<Kind extends Route = Route> {
  readonly service: Service
  readonly name: string
  readonly route: Kind
  readonly names: SchemaNames
}

/**
 * Returns the OpenAPI 3.1 document of one or several services, from their contracts: every operation with parameters, headers,
 * bodies, responses and problems by code, for the service itself or the gateway, with the extensions `x-permission`, `x-rate-class` and `x-service`.
 */
export function openApiDocument(services: readonly Service[], info: OpenApiInfo, door: Door = 'service'): object {
  const names = namedSchemas(services)
  let hasToken = false
  const paths: Record<string, Record<string, unknown>> = {}
  for (const service of services) {
    for (const [name, route] of Object.entries(service.operations)) {
      // internal operations are not public
      if (isInternalPath(route.path)) continue
      if (route.kind === 'mount') {
        hasToken ||= route.takesTokens
        for (const endpoint of route.endpoints) {
          const path = (paths[endpoint.path] ??= {})
          path[endpoint.method.toLowerCase()] = describeEndpoint(
            { service, route, endpoint, names },
            services.length > 1,
            door,
          )
        }
        continue
      }
      hasToken ||= route.permission !== 'public'
      const path = (paths[route.path] ??= {})
      path[route.method.toLowerCase()] = describeRoute({ service, name, route, names }, services.length > 1, door)
    }
  }
  return withPortablePatterns({
    openapi: '3.1.0',
    info: {
      description: introduction,
      contact: { name: 'Stoa' },
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      ...info,
    },
    servers: [{ url: '/' }],
    tags: services.map(({ name, owner }) => ({ name, description: `owned by ${owner}` })),
    paths,
    components: {
      schemas: names.components(),
      headers: answerHeaders,
      ...(hasToken ? { securitySchemes: { bearer } } : {}),
    },
  }) as object
}

const bearer = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description: 'An access token (RFC 6750, RFC 9068)',
}

function describeRoute(described: DescribedRoute<Operation | Stream | Socket>, isShared: boolean, door: Door): object {
  const { service, name, route } = described
  return {
    // Ids of operations are unique in a document; two services may use one name.
    operationId: isShared ? `${service.name}.${name}` : name,
    tags: [service.name],
    summary: route.summary,
    description: descriptionOf(service, route),
    ...(route.kind === 'operation' && route.deprecated !== undefined ? { deprecated: true } : {}),
    parameters: parametersOf(described),
    ...(route.kind === 'operation' && (route.body !== undefined || route.upload !== undefined)
      ? { requestBody: requestBody(described as DescribedRoute<Operation>) }
      : {}),
    responses: answersOf(described, door),
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

function requestBody({ service, name, route: { method, body, upload }, names }: DescribedRoute<Operation>): object {
  if (upload !== undefined) {
    return { required: true, content: Object.fromEntries(upload.mediaTypes.map((type) => [type, {}])) }
  }
  if (body === undefined) return {}
  const example = service.examples[name]?.body
  return {
    required: !('~optional' in body),
    content: { [mediaTypeFor(method)]: { schema: names.accept(body), ...mediaExamples(example) } },
  }
}
