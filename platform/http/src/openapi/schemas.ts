import type { Operation, Service } from '@stoa/contract'
import type { TSchema } from 'typebox'

/** The schemas that have a name in a document. */
export interface SchemaNames {
  /** The schema as it stands in the document: by reference when it has a name, itself otherwise. */
  readonly refer: (schema: TSchema) => object
  /** All named schemas. */
  readonly components: () => Record<string, object>
}

/** Problem details (RFC 9457) with the platform's extensions. */
const problemSchema = {
  type: 'object',
  description: 'Problem details (RFC 9457)',
  required: ['type', 'title', 'status', 'detail', 'code', 'traceId'],
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string', format: 'uri-reference' },
    code: { type: 'string', description: 'Stable; what it means stands at the address in `type`' },
    traceId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: { pointer: { type: 'string', format: 'json-pointer' }, detail: { type: 'string' } },
      },
    },
  },
}

/** Names the resources of the contracts after the reads that answer them: `getOrder` answers an `Order`. */
export function namedSchemas(services: readonly Service[]): SchemaNames {
  const nameOf = new Map<unknown, string>()
  const taken = new Set(['Problem'])
  for (const service of services) {
    for (const [operationName, route] of Object.entries(service.operations)) {
      const schema = route.kind === 'operation' ? resourceOf(route) : undefined
      const resource = /^get([A-Z]\w*)$/.exec(operationName)?.[1]
      if (schema === undefined || resource === undefined || nameOf.has(schema)) continue
      const name = taken.has(resource) ? `${service.name.replaceAll(/\W/g, '')}.${resource}` : resource
      taken.add(name)
      nameOf.set(schema, name)
    }
  }
  const place = (node: unknown, isRoot: boolean): unknown => {
    if (Array.isArray(node)) return node.map((item) => place(item, false))
    if (typeof node !== 'object' || node === null) return node
    const name = isRoot ? undefined : nameOf.get(node)
    if (name !== undefined) return { $ref: `#/components/schemas/${name}` }
    return Object.fromEntries(Object.entries(node).map(([keyword, value]) => [keyword, place(value, false)]))
  }
  return {
    refer: (schema) => place(schema, false) as object,
    components: () => ({
      ...Object.fromEntries([...nameOf].map(([schema, name]) => [name, place(schema, true) as object])),
      Problem: problemSchema,
    }),
  }
}

function resourceOf({ method, answers }: Operation): TSchema | undefined {
  const schema = method === 'GET' ? answers[200] : undefined
  return schema !== null && schema !== undefined && 'properties' in schema ? schema : undefined
}
