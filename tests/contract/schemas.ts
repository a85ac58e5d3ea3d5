import type { TSchema } from 'typebox'

/** A schema as plain JSON Schema, to be walked. */
interface Node {
  readonly type?: string
  readonly format?: string
  readonly pattern?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly additionalProperties?: unknown
  readonly items?: Node
  readonly anyOf?: readonly Node[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly patternProperties?: Readonly<Record<string, Node>>
}

interface Place {
  readonly pointer: string
  readonly node: Node
}

/** Every schema in a schema, with where it stands. */
export function* schemasIn(schema: TSchema): Generator<Place> {
  yield* walk(schema, '')
}

function* walk(node: Node, pointer: string): Generator<Place> {
  yield { pointer, node }
  for (const [name, inner] of Object.entries(node.properties ?? {})) yield* walk(inner, `${pointer}/${name}`)
  // the names of a record are texts as well
  for (const [pattern, inner] of Object.entries(node.patternProperties ?? {})) {
    yield { pointer: `${pointer}/*`, node: { type: 'string', pattern } }
    yield* walk(inner, `${pointer}/*`)
  }
  for (const inner of node.anyOf ?? []) yield* walk(inner, pointer)
  if (node.items !== undefined) yield* walk(node.items, `${pointer}/*`)
}
