import type { Operation, Service } from '@stoa/contract'
import type { TSchema } from 'typebox'

/** The schemas that have a name in a document. */
export interface SchemaNames {
  /** Returns the schema for the document: a reference if it has a name, or the schema itself. */
  readonly refer: (schema: TSchema) => object
  /** Returns the schema of a request part, with the rules that apply to every string and integer. */
  readonly accept: (schema: TSchema) => object
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
    status: { type: 'integer', format: 'int32', minimum: 400, maximum: 599 },
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

/** Names the resources of the contracts after the reads that return them: `getOrder` returns an `Order`. */
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
    return describeRequired(
      Object.fromEntries(Object.entries(node).map(([keyword, value]) => [keyword, place(value, false)])),
    )
  }
  return {
    refer: (schema) => place(schema, false) as object,
    accept: (schema) => withSharedRules(schema) as object,
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

/** Strings may not contain a NUL character, and integers that fit are declared as 32 bits. */
function withSharedRules(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withSharedRules)
  if (typeof node !== 'object' || node === null) return node
  const said = node as { readonly [keyword: string]: unknown }
  const rules = said['type'] === 'string' ? rulesOfText(said) : said['type'] === 'integer' ? rulesOfInteger(said) : {}
  return describeRequired({
    ...rules,
    ...Object.fromEntries(Object.entries(said).map(([keyword, value]) => [keyword, withSharedRules(value)])),
  })
}

/**
 * A branch of a schema may require a field that its parent describes (`else: {required: ['postalCode']}`); tools that read
 * a branch by itself ask for the field there. An empty schema allows every value.
 */
function describeRequired(schema: { readonly [keyword: string]: unknown }): object {
  const { required } = schema
  if (!Array.isArray(required)) return schema
  const described = (schema['properties'] ?? {}) as Readonly<Record<string, unknown>>
  const missing = required.filter((name): name is string => typeof name === 'string' && !Object.hasOwn(described, name))
  if (missing.length === 0) return schema
  const anyValue = missing.map((name): [string, object] => [name, {}])
  return { ...schema, properties: { ...described, ...Object.fromEntries(anyValue) } }
}

function rulesOfText(said: { readonly [keyword: string]: unknown }): object {
  const isNarrower = ['pattern', 'format', 'enum', 'const'].some((keyword) => keyword in said)
  return isNarrower ? {} : { pattern: String.raw`^[^\u0000]*$` }
}

function rulesOfInteger({ minimum, maximum }: { readonly minimum?: unknown; readonly maximum?: unknown }): object {
  const fits = typeof minimum === 'number' && minimum >= -(2 ** 31) && typeof maximum === 'number' && maximum < 2 ** 31
  return { format: fits ? 'int32' : 'int64' }
}
