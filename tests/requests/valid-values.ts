import type { TSchema } from 'typebox'
import fc from 'fast-check'

/** A schema as plain data: what the contracts use of JSON Schema. */
export interface Node {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Node[]
  readonly properties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly additionalProperties?: unknown
  readonly patternProperties?: Readonly<Record<string, Node>>
  readonly items?: Node
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly format?: string
  readonly description?: string
}

/** Values that mean something to the shop, for fields of a name (`sku`) or ids of a thing (`id of product`). */
export type Meanings = Readonly<Record<string, unknown>>

/** Values that a schema accepts; a field that means something to the shop has the value that does. */
export function valuesOf(schema: TSchema, meanings: Meanings = {}): fc.Arbitrary<unknown> {
  return valuesOfNode(schema, meanings)
}

/** One value that a schema accepts, with all its optional fields, and the same each time. */
export function wholeValueOf(schema: TSchema, meanings: Meanings = {}): unknown {
  return wholeOfNode(schema, meanings)
}

function meaningOf(node: Node, name: string | undefined, meanings: Meanings): unknown {
  const byId = node.description === undefined ? undefined : meanings[node.description]
  return byId ?? (name === undefined ? undefined : meanings[name])
}

function valuesOfNode(node: Node, meanings: Meanings, name?: string): fc.Arbitrary<unknown> {
  const meaning = meaningOf(node, name, meanings)
  if (meaning !== undefined) return fc.constant(meaning)
  const named = node.enum ?? (node.const === undefined ? undefined : [node.const])
  if (named !== undefined) return fc.constantFrom(...named)
  if (node.anyOf !== undefined) return fc.oneof(...node.anyOf.map((variant) => valuesOfNode(variant, meanings)))
  switch (node.type) {
    case 'string':
      return texts(node)
    case 'integer':
      return integers(node)
    case 'number':
      return fc.oneof(fc.integer({ min: -1_000, max: 1_000 }), fc.constantFrom(0.5, -2.25, 1e-7, 1e15))
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return listsOf(node, meanings, name)
    default:
      return objectsOf(node, meanings)
  }
}

function listsOf(node: Node, meanings: Meanings, name: string | undefined): fc.Arbitrary<unknown> {
  const lengths = { minLength: node.minItems ?? 0, maxLength: Math.min(node.maxItems ?? 3, (node.minItems ?? 0) + 3) }
  const values = valuesOfNode(node.items ?? {}, meanings, name)
  return node.uniqueItems === true ? fc.uniqueArray(values, lengths) : fc.array(values, lengths)
}

function objectsOf(node: Node, meanings: Meanings): fc.Arbitrary<unknown> {
  const [record] = Object.entries(node.patternProperties ?? {})
  if (record !== undefined) {
    const [pattern, values] = record
    return fc.dictionary(textsOfPattern(pattern), valuesOfNode(values, meanings), { maxKeys: 3 })
  }
  const fields = Object.entries(node.properties ?? {}).map(([name, field]) => [
    name,
    valuesOfNode(field, meanings, name),
  ])
  return fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: [...(node.required ?? [])],
    noNullPrototype: true,
  })
}

/** Where a schema sets no bound, up to what JSON can say. */
function integers({ minimum, maximum }: Node): fc.Arbitrary<number> {
  const usual = fc.integer({ min: minimum ?? -(2 ** 31), max: maximum ?? 2 ** 31 - 1 })
  const high = [2 ** 31, 2 ** 53 - 1, 2 ** 53, 1e300]
  const beyond = [...(maximum === undefined ? high : []), ...(minimum === undefined ? high.map((each) => -each) : [])]
  return beyond.length === 0 ? usual : fc.oneof({ weight: 3, arbitrary: usual }, fc.constantFrom(...beyond))
}

/** Text that people write, and text that breaks what does not expect it; nothing that cannot be stored. */
function texts({ format, pattern, minLength = 0, maxLength = 200 }: Node): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid()
  if (format === 'idn-email') return fc.uuid().map((id) => `${id}@stoa.example`)
  if (format === 'date-time') return instants
  const fits = (text: string) => text.length >= minLength && text.length <= maxLength
  const strange = ["'; drop table orders; --", '<script>', '../..', '%00', '{{x}}', '\u202e', '🫖', 'ﷺ', '=1+1']
  if (pattern !== undefined) {
    const allowed = strange.filter((text) => fits(text) && new RegExp(pattern, 'u').test(text))
    const texts = textsOfPattern(pattern).filter(fits)
    return allowed.length === 0 ? texts : fc.oneof({ weight: 3, arbitrary: texts }, fc.constantFrom(...allowed))
  }
  const length = { minLength, maxLength: Math.max(minLength, Math.min(maxLength, 40)) }
  return fc.oneof(
    fc.string({ ...length }),
    fc
      .string({ ...length, unit: 'binary' })
      .filter((text) => text.isWellFormed() && !text.includes('\0') && text.length <= maxLength),
    fc.constantFrom(...strange).filter(fits),
  )
}

const usualInstants = fc
  .date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString())
const edges = [
  '0001-01-01T00:00:00Z',
  '0001-01-02T00:00:00+15:59',
  '1883-11-18T12:03:58.000000001-15:59',
  '9999-12-30T23:59:59.999999999-15:59',
  '9999-12-31T23:59:59.999999Z',
]
const instants = fc.oneof({ weight: 5, arbitrary: usualInstants }, fc.constantFrom(...edges))

function textsOfPattern(pattern: string): fc.Arbitrary<string> {
  const rule = new RegExp(pattern, 'u')
  // fast-check generates from ASCII where a pattern names properties, and finds nothing in some classes.
  const texts = pattern.includes(String.raw`\p{`)
    ? fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).filter((text) => rule.test(text))
    : fc.stringMatching(rule)
  return texts.filter((text) => text.isWellFormed() && !text.includes('\0'))
}

function wholeOfNode(node: Node, meanings: Meanings, name?: string): unknown {
  const meaning = meaningOf(node, name, meanings)
  if (meaning !== undefined) return meaning
  if (node.const !== undefined) return node.const
  if (node.anyOf !== undefined) return wholeOfNode(node.anyOf[0] ?? {}, meanings)
  if (node.properties !== undefined) {
    const fields = Object.entries(node.properties)
    return Object.fromEntries(fields.map(([field, inner]) => [field, wholeOfNode(inner, meanings, field)]))
  }
  if (node.type === 'array') return [wholeOfNode(node.items ?? {}, meanings, name)]
  if (node.type === 'integer') return Math.min(Math.max(1, node.minimum ?? 1), node.maximum ?? 1)
  if (node.type === 'string' && node.format === undefined) {
    const sound = 'sound'.repeat(Math.ceil((node.minLength ?? 1) / 5)).slice(0, node.maxLength ?? 200)
    if (node.pattern === undefined || new RegExp(node.pattern, 'u').test(sound)) return sound
  }
  const [sample] = fc.sample(valuesOfNode(node, meanings, name), { seed: 7, numRuns: 1 })
  return sample
}
