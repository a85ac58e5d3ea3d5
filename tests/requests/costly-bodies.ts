import type { TSchema } from 'typebox'
import { edited, pointerOf } from './wrong-values.ts'
import type { Node } from './valid-values.ts'

/** A body that is wrong and costs as much as its size allows, with what is large about it. */
export interface CostlyBody {
  readonly what: string
  readonly text: string
}

/** Bodies of about this size, each large in one way that a door may have to explain: one for each place of a schema. */
export function costlyBodies(schema: TSchema, good: unknown, sizeBytes: number): CostlyBody[] {
  return [
    ...placesIn(schema as Node, good, []).flatMap(({ node, path, value }) =>
      fillings(node, value, sizeBytes).map(({ what, filling }) => ({
        what: `${pointerOf(path)} ${what}`,
        text: JSON.stringify(edited(good, path, filling)),
      })),
    ),
    {
      what: 'a hundred texts that cannot be stored, under a name as long as the body',
      text: `{"${'A'.repeat(sizeBytes - 1_200)}":[${Array(100)
        .fill(String.raw`"\u0000"`)
        .join(',')}]}`,
    },
  ]
}

interface Place {
  readonly node: Node
  readonly path: readonly string[]
  readonly value: unknown
}

function placesIn(node: Node, value: unknown, path: readonly string[]): Place[] {
  const values = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>
  return [
    { node, path, value },
    ...(node.anyOf ?? []).flatMap((variant) => placesIn(variant, value, path)),
    ...Object.entries(node.properties ?? {}).flatMap(([name, inner]) => placesIn(inner, values[name], [...path, name])),
    ...(node.items !== undefined && Array.isArray(value) ? placesIn(node.items, value[0], [...path, '0']) : []),
  ]
}

function fillings(node: Node, value: unknown, sizeBytes: number) {
  const many = <Item>(item: Item) =>
    Array<Item>(Math.floor(sizeBytes / (JSON.stringify(item ?? 0).length + 1))).fill(item)
  const names = (item: unknown) =>
    Object.fromEntries(Array.from({ length: Math.floor(sizeBytes / 12) }, (_, index) => [`k${index}`, item]))
  switch (node.type) {
    case 'array':
      return [
        { what: 'full of zeros', filling: many(0) },
        { what: 'full of empty objects', filling: many({}) },
        { what: 'full of the same right item', filling: many(Array.isArray(value) ? (value[0] ?? 0) : 0) },
      ]
    case 'object':
      return [{ what: 'full of unknown fields', filling: names(0) }]
    case 'string':
      return ['x', '\u0301', ' ', '@', '1.'].map((text) => ({
        what: `full of ${JSON.stringify(text)}`,
        filling: text.repeat(Math.floor(sizeBytes / Buffer.byteLength(text))),
      }))
    default:
      return []
  }
}
