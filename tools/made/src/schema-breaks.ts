import { isDeepStrictEqual } from 'node:util'

/** A JSON Schema, read keyword by keyword. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
}

/** A place at which a schema accepts values that an earlier schema does not accept. */
export interface SchemaBreak {
  /** JSON Pointer into the schema (RFC 6901). */
  readonly pointer: string
  readonly what: string
}

const annotations = ['$comment', 'default', 'deprecated', 'description', 'examples', 'title']
const lowerLimits = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties']
const upperLimits = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties']

/**
 * Returns where values that fit `after` may not fit `before`, or lack a property that `before` describes. Empty if a
 * reader of `before` can also read values of `after`. Keywords that are not compared in detail must stay as they are.
 */
export function findBreaks(before: JsonSchema, after: JsonSchema, pointer = ''): SchemaBreak[] {
  const [old, now] = [alternativesOf(before), alternativesOf(after)]
  const [onlyOld, onlyNow] = [old[0], now[0]]
  if (old.length === 1 && now.length === 1 && onlyOld !== undefined && onlyNow !== undefined)
    return compareKeywords(onlyOld, onlyNow, pointer)
  const isKnown = (each: JsonSchema) => old.some((known) => compareKeywords(known, each, pointer).length === 0)
  return now.every(isKnown) ? [] : [{ pointer: `${pointer}/anyOf`, what: 'has another alternative' }]
}

function alternativesOf({ anyOf, ...rest }: JsonSchema): JsonSchema[] {
  return anyOf === undefined ? [rest] : (anyOf as JsonSchema[]).flatMap((each) => alternativesOf({ ...rest, ...each }))
}

type Compare = (before: JsonSchema, after: JsonSchema, pointer: string) => SchemaBreak[]

function compareKeywords(before: JsonSchema, after: JsonSchema, pointer: string): SchemaBreak[] {
  return [compareTypes, compareValues, compareProperties, compareOthers].flatMap((compare: Compare) =>
    compare(before, after, pointer),
  )
}

function compareTypes(before: JsonSchema, after: JsonSchema, pointer: string): SchemaBreak[] {
  if (before['type'] === undefined) return []
  const old = [before['type']].flat() as string[]
  const isKnown = (type: string) => old.includes(type) || (type === 'integer' && old.includes('number'))
  if (typesOf(after)?.every(isKnown)) return []
  return [{ pointer: `${pointer}/type`, what: `was ${old.join(' or ')}` }]
}

function typesOf(schema: JsonSchema): string[] | undefined {
  return schema['type'] === undefined ? valuesOf(schema)?.map(typeOf) : ([schema['type']].flat() as string[])
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}

function compareValues(before: JsonSchema, after: JsonSchema, pointer: string): SchemaBreak[] {
  const [old, now] = [valuesOf(before), valuesOf(after)]
  if (old === undefined) return []
  if (now === undefined) return [{ pointer, what: 'is no longer limited to certain values' }]
  const added = now.filter((value) => !old.some((known) => isDeepStrictEqual(known, value)))
  return added.map((value) => ({ pointer, what: `has another value, ${JSON.stringify(value)}` }))
}

function valuesOf(schema: JsonSchema): unknown[] | undefined {
  return 'const' in schema ? [schema['const']] : (schema['enum'] as unknown[] | undefined)
}

function compareProperties(before: JsonSchema, after: JsonSchema, pointer: string): SchemaBreak[] {
  const [old, now] = [propertiesOf(before), propertiesOf(after)]
  const required = new Set(after['required'] as string[] | undefined)
  const kept = Object.entries(old).flatMap(([name, schema]) => {
    const same = now[name]
    return same === undefined
      ? [{ pointer: childOf(pointer, name), what: 'was removed' }]
      : findBreaks(schema, same, childOf(pointer, name))
  })
  const optional = ((before['required'] ?? []) as string[])
    .filter((name) => !required.has(name) && (name in now || !(name in old)))
    .map((name) => ({ pointer: childOf(pointer, name), what: 'is no longer required' }))
  const others = before['additionalProperties']
  const added = Object.entries(now).flatMap(([name, schema]) => {
    if (name in old || others === undefined || others === true) return []
    if (others === false) return [{ pointer: childOf(pointer, name), what: 'was added to a closed object' }]
    return findBreaks(others as JsonSchema, schema, childOf(pointer, name))
  })
  return [...kept, ...optional, ...added]
}

function propertiesOf(schema: JsonSchema): { readonly [name: string]: JsonSchema } {
  return (schema['properties'] ?? {}) as { readonly [name: string]: JsonSchema }
}

const childOf = (pointer: string, name: string) =>
  `${pointer}/properties/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`

const comparedAbove = new Set([...annotations, 'anyOf', 'const', 'enum', 'properties', 'required', 'type'])

function compareOthers(before: JsonSchema, after: JsonSchema, pointer: string): SchemaBreak[] {
  return Object.entries(before).flatMap(([keyword, old]) => {
    const now = after[keyword]
    if (comparedAbove.has(keyword) || isNoWider(keyword, old, now)) return []
    const at = `${pointer}/${keyword}`
    if (isSchema(old) && isSchema(now) && (keyword === 'items' || keyword === 'additionalProperties'))
      return findBreaks(old, now, at)
    return [{ pointer: at, what: `was ${JSON.stringify(old)}` }]
  })
}

function isNoWider(keyword: string, old: unknown, now: unknown): boolean {
  if (isDeepStrictEqual(old, now)) return true
  if (keyword === 'additionalProperties') return old === true || now === false
  if (typeof old !== 'number' || typeof now !== 'number') return false
  return (lowerLimits.includes(keyword) && now > old) || (upperLimits.includes(keyword) && now < old)
}

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
