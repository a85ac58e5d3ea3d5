import type { FieldError } from '@stoa/kernel'
import type { TSchema } from 'typebox'
import { pointerInto } from './json-pointer.ts'

/** What this file reads of JSON Schema. */
interface Node {
  readonly type?: string
  readonly anyOf?: readonly Node[]
  readonly allOf?: readonly Node[]
  readonly properties?: Readonly<Record<string, Node>>
  readonly patternProperties?: Readonly<Record<string, Node>>
  readonly additionalProperties?: unknown
  readonly maxProperties?: number
  readonly items?: Node
  readonly maxItems?: number
  readonly maxLength?: number
}

/** Unknown fields that are named one by one; with more of them, these are all that is reported. */
const maxUnknown = 20

/**
 * The first place where a value is larger than its schema allows (`maxItems`, `maxLength`, `maxProperties`, more than 20
 * unknown fields), or undefined. It looks into nothing that is too large itself, so that its work, and that of the full
 * explanation of a value that passes, is bounded by the schema and not by what came in.
 */
export function findOversize(schema: TSchema, value: unknown): readonly FieldError[] | undefined {
  return visit(schema, value, '')
}

function visit(node: Node, value: unknown, pointer: string): readonly FieldError[] | undefined {
  for (const part of node.allOf ?? []) {
    const found = visit(part, value, pointer)
    if (found !== undefined) return found
  }
  if (node.anyOf !== undefined) return visitVariants(node.anyOf, value, pointer)
  if (typeof value === 'string') return visitText(node, value, pointer)
  if (Array.isArray(value)) return visitArray(node, value, pointer)
  return typeof value === 'object' && value !== null ? visitObject(node, value, pointer) : undefined
}

/** A value is too large for a union when it is for each variant of its type. */
function visitVariants(variants: readonly Node[], value: unknown, pointer: string): readonly FieldError[] | undefined {
  let first: readonly FieldError[] | undefined
  for (const variant of variants) {
    if (!mayHaveType(variant, value)) continue
    const found = visit(variant, value, pointer)
    if (found === undefined) return undefined
    first ??= found
  }
  return first
}

function mayHaveType({ type }: Node, value: unknown): boolean {
  if (type === undefined) return true
  if (typeof value === 'object' && value !== null) return type === (Array.isArray(value) ? 'array' : 'object')
  return typeof value !== 'string' || type === 'string'
}

function visitText({ maxLength }: Node, value: string, pointer: string): readonly FieldError[] | undefined {
  // Characters are at most two units long: what is longer than that needs no counting.
  if (maxLength === undefined || value.length <= 2 * maxLength) return undefined
  return [{ pointer, detail: `must not have more than ${maxLength} characters` }]
}

function visitArray(node: Node, value: readonly unknown[], pointer: string): readonly FieldError[] | undefined {
  const { items, maxItems = Infinity } = node
  if (value.length > maxItems) return [{ pointer, detail: `must not have more than ${maxItems} items` }]
  if (items === undefined) return undefined
  for (const [index, item] of value.entries()) {
    const found = visit(items, item, `${pointer}/${index}`)
    if (found !== undefined) return found
  }
  return undefined
}

function visitObject(node: Node, value: object, pointer: string): readonly FieldError[] | undefined {
  const { properties = {}, patternProperties, additionalProperties, maxProperties = Infinity } = node
  const names = Object.keys(value)
  if (names.length > maxProperties) {
    return [{ pointer, detail: `must not have more than ${maxProperties} properties` }]
  }
  if (patternProperties === undefined && additionalProperties === false) {
    const known = Object.keys(properties).length
    if (names.length > known + maxUnknown) return unknownFields(names, properties, pointer)
  }
  const others = Object.values(patternProperties ?? {})
  for (const name of names) {
    const item = (value as Record<string, unknown>)[name]
    const inner = Object.hasOwn(properties, name) ? [properties[name] as Node] : others
    for (const each of inner) {
      const found = visit(each, item, pointerInto(pointer, name))
      if (found !== undefined) return found
    }
  }
  return undefined
}

function unknownFields(names: readonly string[], properties: NonNullable<Node['properties']>, pointer: string) {
  const unknown: FieldError[] = []
  for (const name of names) {
    if (Object.hasOwn(properties, name)) continue
    unknown.push({ pointer: pointerInto(pointer, name), detail: 'is not a known field' })
    if (unknown.length === maxUnknown) break
  }
  return unknown
}
