import type { TSchema } from 'typebox'

interface SchemaNode {
  readonly default?: unknown
  readonly properties?: { readonly [name: string]: SchemaNode }
  readonly items?: SchemaNode
}

/** Whether any field of a schema has a default. */
export function hasDefaults(schema: TSchema): boolean {
  return holdsDefault(schema)
}

/** Returns a copy of the value with the defaults of missing fields. */
export function fillDefaults(schema: TSchema, value: unknown): unknown {
  return fill(schema, value)
}

function holdsDefault({ properties = {}, items }: SchemaNode): boolean {
  if (items !== undefined && holdsDefault(items)) return true
  return Object.values(properties).some((property) => property.default !== undefined || holdsDefault(property))
}

function fill({ properties, items }: SchemaNode, value: unknown): unknown {
  if (Array.isArray(value)) return items === undefined ? value : value.map((item) => fill(items, item))
  if (typeof value !== 'object' || value === null || properties === undefined) return value
  const filled: Record<string, unknown> = { ...value }
  for (const [name, property] of Object.entries(properties)) {
    if (filled[name] !== undefined) filled[name] = fill(property, filled[name])
    else if (property.default !== undefined) filled[name] = structuredClone(property.default)
  }
  return filled
}
