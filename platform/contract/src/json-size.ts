import type { TSchema } from 'typebox'

/** The keywords of JSON Schema that this file reads. */
interface Node {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Node[]
  readonly oneOf?: readonly Node[]
  readonly allOf?: readonly Node[]
  readonly properties?: Readonly<Record<string, Node>>
  readonly patternProperties?: Readonly<Record<string, Node>>
  readonly additionalProperties?: unknown
  readonly maxProperties?: number
  readonly items?: Node
  readonly maxItems?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly format?: string
}

/** A character outside the basic plane, escaped as a surrogate pair: `\ud83d\ude00`. */
const bytesOfCharacter = 12
/** Of a text that only its pattern or format limits, and of a name of a record. */
const bytesOfPatternText = 512
const bytesOfNumber = 32

/**
 * The bytes of the longest JSON text, without white space, of a value that the schema accepts; `Infinity` when the
 * schema does not limit it: an array without `maxItems`, a record without `maxProperties`, a plain string without
 * `maxLength`, an object that takes unknown fields.
 */
export function largestJsonBytes(schema: TSchema): number {
  return sizeOf(schema)
}

function sizeOf(node: Node): number {
  const variants = node.anyOf ?? node.oneOf
  if (variants !== undefined) return Math.max(...variants.map(sizeOf))
  if (node.allOf !== undefined) return sum(node.allOf.map(sizeOf))
  const named = node.enum ?? (node.const === undefined ? undefined : [node.const])
  if (named !== undefined) return Math.max(...named.map((value) => JSON.stringify(value).length * 6))
  switch (node.type) {
    case 'string':
      return sizeOfText(node)
    case 'array':
      return node.items === undefined ? Infinity : 2 + (node.maxItems ?? Infinity) * (sizeOf(node.items) + 1)
    case 'object':
      return sizeOfObject(node)
    case 'integer':
    case 'number':
      return bytesOfNumber
    case 'boolean':
    case 'null':
      return 5
    default:
      return Infinity
  }
}

function sizeOfText({ maxLength, pattern, format }: Node): number {
  if (maxLength !== undefined) return 2 + maxLength * bytesOfCharacter
  return pattern === undefined && format === undefined ? Infinity : bytesOfPatternText
}

function sizeOfObject({ properties = {}, patternProperties, additionalProperties, maxProperties }: Node): number {
  const known = sum(Object.entries(properties).map(([name, node]) => name.length + 4 + sizeOf(node)))
  if (patternProperties !== undefined) {
    const largest = Math.max(...Object.values(patternProperties).map(sizeOf))
    return 2 + known + (maxProperties ?? Infinity) * (bytesOfPatternText + 4 + largest)
  }
  return additionalProperties === false ? 2 + known : Infinity
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0)
}
