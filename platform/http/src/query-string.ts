import type { FieldError } from '@stoa/kernel'
import type { TObject } from 'typebox'
import { pointerStep } from './json-pointer.ts'
import { refusalOf } from './refusals.ts'

const maxPairs = 1_000

/** A schema as plain data. */
interface SchemaNode {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly items?: SchemaNode
  readonly anyOf?: readonly SchemaNode[]
  readonly oneOf?: readonly SchemaNode[]
  readonly properties?: { readonly [name: string]: SchemaNode }
  readonly default?: unknown
}

/** Splits a query string; refuses malformed percent-encoding and NUL as malformed. */
export function parseQuery(search: string): Map<string, string[]> {
  const values = new Map<string, string[]>()
  if (search === '') return values
  const pairs = search.split('&', maxPairs + 1)
  if (pairs.length > maxPairs) throw refusalOf('request.malformed', `The query has more than ${maxPairs} parameters.`)
  for (const pair of pairs) {
    if (pair === '') continue
    const at = pair.indexOf('=')
    const name = decode(at < 0 ? pair : pair.slice(0, at))
    const value = at < 0 ? '' : decode(pair.slice(at + 1))
    const known = values.get(name)
    if (known === undefined) values.set(name, [value])
    else known.push(value)
  }
  return values
}

function decode(text: string): string {
  let decoded = text
  if (text.includes('%') || text.includes('+')) {
    try {
      decoded = decodeURIComponent(text.replaceAll('+', ' '))
    } catch {
      throw refusalOf('request.malformed', 'The query contains malformed percent-encoding.')
    }
  }
  if (decoded.includes('\0')) throw refusalOf('request.malformed', 'The query contains a NUL character.')
  return decoded
}

/**
 * Parses query parameters by their schema: numbers and booleans from text (nothing else is coerced), repeated names as an
 * array, and defaults for missing parameters. Repeating the name of a single value is an error.
 */
export function queryReader(
  schema: TObject,
): (values: Map<string, string[]>) => { query: object; errors: FieldError[] } {
  const properties = (schema as SchemaNode).properties ?? {}
  const defaults = Object.entries(properties).filter(([, property]) => property.default !== undefined)
  return (values) => {
    const query = Object.create(null) as Record<string, unknown>
    const errors: FieldError[] = []
    for (const [name, texts] of values) {
      const property = Object.hasOwn(properties, name) ? properties[name] : undefined
      if (property?.type === 'array') query[name] = texts.map((text) => fromText(property.items, text))
      else if (texts.length > 1) errors.push({ pointer: pointerStep(name), detail: 'is present more than once' })
      else query[name] = fromText(property, texts[0] ?? '')
    }
    for (const [name, { default: value }] of defaults) query[name] ??= value
    return { query, errors }
  }
}

const integer = /^-?(?:0|[1-9]\d{0,15})$/
const decimal = /^-?(?:0|[1-9]\d{0,20})(?:\.\d{1,20})?$/

/** Converts a text to the type of a schema; returns the text itself if it cannot be converted, which the schema then rejects. */
export function fromText(node: SchemaNode | undefined, text: string): unknown {
  if (node === undefined) return text
  const named = node.const === undefined ? node.enum : [node.const]
  if (named !== undefined) return named.find((value) => String(value as string | number | boolean) === text) ?? text
  const variants = node.anyOf ?? node.oneOf
  if (variants !== undefined) {
    for (const variant of variants) {
      const value = fromText(variant, text)
      if (value !== text) return value
    }
    return text
  }
  switch (node.type) {
    case 'integer':
      return integer.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : text
    case 'number':
      return decimal.test(text) ? Number(text) : text
    case 'boolean':
      return text === 'true' || (text === 'false' ? false : text)
    default:
      return text
  }
}
