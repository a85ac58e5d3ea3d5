import type { TSchema } from 'typebox'
import { textDetail } from '@stoa/contract'
import { every } from './every.ts'
import { wrongInstants } from './instants.ts'
import { oddInLines, oddTexts } from './odd-texts.ts'
import { wrongRangesOf } from './wrong-ranges.ts'
import { wholeValueOf, type Node } from './valid-values.ts'

/** A value that is wrong in one place. */
export interface Wrong {
  readonly what: string
  /** The whole as JSON text, since JSON can say more than a value can hold (1e999, a lone surrogate). */
  readonly text: string
  readonly pointer: string
}

/** JSON text that stands for itself where a value is written. */
class Raw {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

interface Edit {
  readonly what: string
  readonly path: readonly string[]
  /** The new value; undefined takes the field away. */
  readonly value: unknown
  /** Where the fault is, when that is not the path. */
  readonly at?: readonly string[]
}

/** Every way in which a good value can be made wrong in one place, by the schema: its fields, and those within. */
export function wrongValuesOf(schema: TSchema, good: unknown): Wrong[] {
  return editsOf(schema as Node, good, []).map(({ what, path, value, at = path }) => ({
    what: `${pointerOf(path)} ${what}`,
    text: toText(edited(good, path, value)),
    pointer: pointerOf(at),
  }))
}

/** The pointer of a path (RFC 6901). */
export function pointerOf(path: readonly string[]): string {
  return path.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

function editsOf(node: Node, good: unknown, path: readonly string[]): Edit[] {
  const wrong = (what: string, value: unknown): Edit => ({ what, path, value })
  if (node.anyOf !== undefined) return wrongTypes(node).map(([what, value]) => wrong(what, value))
  const here = [...wrongTypes(node), ...outOfRange(node, good)].map(([what, value]) => wrong(what, value))
  if (node.properties !== undefined) return [...here, ...editsOfObject(node, good, path)]
  if (node.patternProperties !== undefined) return [...here, ...editsOfRecord(node, path)]
  if (node.items !== undefined && Array.isArray(good)) return [...here, ...editsOf(node.items, good[0], [...path, '0'])]
  return here
}

function editsOfObject(node: Node, good: unknown, path: readonly string[]): Edit[] {
  const { properties = {}, required = [] } = node
  const values = good as Readonly<Record<string, unknown>>
  return [
    ...required.map((name) => ({ what: 'is missing', path: [...path, name], value: undefined })),
    ...(node.additionalProperties === false
      ? [{ what: 'is not known', path: [...path, 'unheardOf'], value: { at: 1 } }]
      : []),
    ...wrongRangesOf(node).map(({ changes, end, what }) => ({
      what,
      path,
      value: { ...values, ...changes },
      at: [...path, end],
    })),
    ...Object.entries(properties).flatMap(([name, inner]) => editsOf(inner, values[name], [...path, name])),
  ]
}

function editsOfRecord({ patternProperties = {} }: Node, path: readonly string[]): Edit[] {
  const [inner] = Object.values(patternProperties)
  if (inner === undefined) return []
  const whole = wholeValueOf(inner) as Readonly<Record<string, unknown>>
  return [
    ...wrongTypes(inner).map(([what, value]) => ({ what, path, value: { a: value }, at: [...path, 'a'] })),
    ...wrongRangesOf(inner).map(({ changes, end, what }) => {
      return { what, path, value: { a: { ...whole, ...changes } }, at: [...path, 'a', end] }
    }),
  ]
}

/** Values of a type that a schema does not take. */
function wrongTypes(node: Node): [string, unknown][] {
  const takes = typesOf(node)
  const named = node.enum !== undefined || node.const !== undefined
  const candidates: [string, string, unknown][] = [
    ['null', 'null', null],
    ['boolean', 'boolean', true],
    ['number', 'a number', 7],
    ['number', 'a huge number', new Raw('1e999')],
    ['string', 'a text', 'unheard of'],
    ['array', 'a list', []],
    ['object', 'an object', {}],
  ]
  return candidates
    .filter(([type]) => !takes.has(type) || (named && type === 'string'))
    .map(([, what, value]) => [`is ${what}`, value])
}

function typesOf({ type, anyOf, enum: named, const: only }: Node): ReadonlySet<string> {
  if (anyOf !== undefined) return new Set(anyOf.flatMap((variant) => [...typesOf(variant)]))
  const values = named ?? (only === undefined ? undefined : [only])
  if (values !== undefined) return new Set(values.map((value) => typeof value))
  return new Set([type === 'integer' ? 'number' : (type ?? 'object')])
}

function outOfRange(node: Node, good: unknown): [string, unknown][] {
  switch (node.enum === undefined && node.const === undefined ? node.type : 'named') {
    case 'string':
      return wrongTexts(node)
    case 'integer':
    case 'number':
      return wrongNumbers(node)
    case 'array':
      return wrongLists(node, good as readonly unknown[])
    default:
      return []
  }
}

function wrongTexts({ minLength = 0, maxLength, pattern, format }: Node): [string, unknown][] {
  const wrong: [string, unknown][] = [
    ['holds NUL', new Raw('"a\\u0000b"')],
    ['holds half a surrogate pair', new Raw('"a\\ud800b"')],
  ]
  if (minLength > 0) wrong.push(['is too short', 'x'.repeat(minLength - 1)])
  if (maxLength !== undefined) wrong.push(['is too long', 'x'.repeat(maxLength + 1)])
  if (pattern !== undefined && !new RegExp(pattern, 'u').test('?!')) wrong.push(['is not as the pattern', '?!'])
  if (pattern !== undefined && !new RegExp(pattern, 'u').test('')) wrong.push(['is empty', ''])
  if (format === 'date-time')
    wrong.push(...every(wrongInstants, 40).map((text): [string, string] => [`is ${text}`, text]))
  // what people read; other patterns name the few characters that they take
  if (pattern !== undefined && textDetail(pattern) !== undefined) {
    const odd = [...oddTexts, ...oddInLines].filter(([, text]) => !new RegExp(pattern, 'u').test(text))
    wrong.push(...odd.map(([what, text]): [string, string] => [`is a text ${what}`, text]))
  }
  if (format !== undefined) wrong.push(['is no value of its format', 'not-a-value'], ['is empty', ''])
  return wrong
}

function wrongNumbers({ type, minimum, maximum }: Node): [string, unknown][] {
  const wrong: [string, unknown][] = [['is a number without end', new Raw('-1e999')]]
  if (type === 'integer') wrong.push(['must be a whole number', 1.5])
  if (minimum !== undefined) wrong.push(['is too small', minimum - 1], ['is far too small', new Raw('-1e300')])
  if (maximum !== undefined) wrong.push(['is too large', maximum + 1], ['is far too large', new Raw('1e300')])
  return wrong
}

function wrongLists({ minItems = 0, maxItems, uniqueItems }: Node, good: readonly unknown[]): [string, unknown][] {
  const [item] = good
  const wrong: [string, unknown][] = []
  if (minItems > 0) wrong.push(['has too few', []])
  if (maxItems !== undefined) wrong.push(['has too many', Array.from({ length: maxItems + 1 }, () => item)])
  if (uniqueItems === true) wrong.push(['says one thing twice', [item, item]])
  return wrong
}

/** A value with what is at a path replaced; undefined takes a field away. */
export function edited(whole: unknown, [step, ...rest]: readonly string[], value: unknown): unknown {
  if (step === undefined) return value
  if (Array.isArray(whole))
    return whole.map((item, index) => (String(index) === step ? edited(item, rest, value) : item))
  const { [step]: inner, ...others } = (whole ?? {}) as Record<string, unknown>
  if (rest.length === 0 && value === undefined) return others
  return { ...others, [step]: edited(inner, rest, value) }
}

function toText(value: unknown): string {
  if (value instanceof Raw) return value.text
  if (Array.isArray(value)) return `[${value.map(toText).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return `{${fields.map(([name, inner]) => `${JSON.stringify(name)}:${toText(inner)}`).join(',')}}`
}
