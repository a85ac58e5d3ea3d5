import {
  GraphQLBoolean,
  GraphQLError,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLScalarType,
  GraphQLString,
  Kind,
} from 'graphql'
import type { TSchema } from 'typebox'

const largestInt = 2_147_483_647

/** A whole number up to 2^53, such as an amount in minor units; `Int` ends at 2^31. */
const WholeNumber = new GraphQLScalarType<number, number>({
  name: 'WholeNumber',
  description: 'A whole number from -(2^53 - 1) to 2^53 - 1.',
  coerceOutputValue: wholeNumber,
  coerceInputValue: wholeNumber,
  coerceInputLiteral: (node) => wholeNumber(node.kind === Kind.INT ? Number(node.value) : undefined),
})

const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description: 'A point in time (RFC 3339).',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  coerceOutputValue: text,
  coerceInputValue: text,
  coerceInputLiteral: (node) => text(node.kind === Kind.STRING ? node.value : undefined),
})

const Json = new GraphQLScalarType({
  name: 'JSON',
  description: 'A value whose fields are not known beforehand, such as the attributes of a product.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
})

function wholeNumber(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw new GraphQLError('a whole number was expected')
}

function text(value: unknown): string {
  if (typeof value === 'string') return value
  throw new GraphQLError('a text was expected')
}

/** The rules of a JSON Schema that decide its type here. */
export interface Rules {
  readonly type?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly description?: string
  readonly items?: TSchema
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly required?: readonly string[]
  readonly maxItems?: number
  readonly default?: unknown
}

/** The scalar of a schema that is neither an object with known fields nor a list. */
export function scalarOf({ type, format, minimum, maximum, const: only, enum: values }: Rules): GraphQLScalarType {
  switch (type ?? typeof (only ?? values?.[0])) {
    case 'string':
      return format === 'uuid' ? GraphQLID : format === 'date-time' ? DateTime : GraphQLString
    case 'integer':
      return isInt(minimum) && isInt(maximum) ? GraphQLInt : WholeNumber
    case 'number':
      return GraphQLFloat
    case 'boolean':
      return GraphQLBoolean
    default:
      return Json
  }
}

function isInt(bound: number | undefined): boolean {
  return bound !== undefined && Math.abs(bound) <= largestInt
}
