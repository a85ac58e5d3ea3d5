import type { TSchema } from 'typebox'
import { Check } from 'typebox/schema'

type Literal = string | number | boolean

/** The part of JSON Schema that a text can be read by. */
interface ReadableSchema {
  readonly type?: unknown
  readonly const?: Literal
  readonly enum?: readonly Literal[]
  readonly anyOf?: readonly ReadableSchema[]
  readonly items?: ReadableSchema
  readonly description?: string
  readonly format?: string
  readonly pattern?: string | RegExp
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly minItems?: number
}

const readableTypes = new Set<unknown>(['string', 'number', 'integer', 'boolean'])

/** Throws a TypeError for a schema that no text of the environment can be read by. */
export function checkReadable(schema: ReadableSchema, isItem = false): void {
  if (schema.anyOf !== undefined) schema.anyOf.forEach((each) => checkReadable(each, isItem))
  else if (schema.type === 'array' && schema.items !== undefined && !isItem) checkReadable(schema.items, true)
  else if (schema.const === undefined && schema.enum === undefined && !readableTypes.has(schema.type)) {
    throw new TypeError(`a setting cannot be read by the schema ${JSON.stringify(schema)}`)
  }
}

/** Converts a text to the type of a schema; returns undefined if it does not match. Strict: no spaces, no `yes`. */
export function readText(schema: TSchema, text: string): { readonly value: unknown } | undefined {
  const value = toValue(schema, text)
  return value !== undefined && Check(schema, value) ? { value } : undefined
}

function toValue(schema: ReadableSchema, text: string): unknown {
  if (schema.anyOf !== undefined) {
    for (const each of schema.anyOf) {
      const value = toValue(each, text)
      if (value !== undefined && Check(each as TSchema, value)) return value
    }
    return undefined
  }
  if (schema.const !== undefined) return String(schema.const) === text ? schema.const : undefined
  if (schema.enum !== undefined) return schema.enum.find((each) => String(each) === text)
  switch (schema.type) {
    case 'integer':
      return /^-?\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined
    case 'array':
      return toList(schema.items ?? {}, text)
    default:
      return text
  }
}

// An item that cannot be read stays undefined, which no schema of items accepts.
function toList(items: ReadableSchema, text: string): readonly unknown[] {
  return text.split(',').map((each) => (each.trim() === '' ? undefined : toValue(items, each.trim())))
}

/** Describes the values of a schema, in words that fit after "expected". */
export function describeExpected(schema: ReadableSchema): string {
  if (schema.description !== undefined) return schema.description
  const choices = choicesOf(schema)
  if (choices !== undefined) return choices.length === 1 ? choices.join() : `one of ${choices.join(', ')}`
  if (schema.anyOf !== undefined) return schema.anyOf.map(describeExpected).join(', or ')
  switch (schema.type) {
    case 'integer':
      return `a whole number${describeRange(schema)}`
    case 'number':
      return `a number${describeRange(schema)}`
    case 'boolean':
      return 'true or false'
    case 'array':
      return `a comma-separated list, each item ${describeExpected(schema.items ?? {})}`
    default:
      return describeString(schema)
  }
}

function describeRange({ minimum, maximum }: ReadableSchema): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`
  if (minimum !== undefined) return ` of at least ${minimum}`
  return maximum === undefined ? '' : ` of at most ${maximum}`
}

function describeString({ format, pattern, minLength }: ReadableSchema): string {
  if (format !== undefined) return `a string of format ${format}`
  if (pattern !== undefined) return `a string that matches ${String(pattern)}`
  return minLength !== undefined && minLength > 1 ? `at least ${minLength} characters` : 'a string'
}

function choicesOf(schema: ReadableSchema): readonly string[] | undefined {
  if (schema.const !== undefined) return [String(schema.const)]
  if (schema.enum !== undefined) return schema.enum.map(String)
  const choices = schema.anyOf?.map((each) => each.const)
  return choices === undefined || choices.includes(undefined) ? undefined : choices.map(String)
}
