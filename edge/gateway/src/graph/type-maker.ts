import {
  GraphQLEnumType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLFieldConfig,
  type GraphQLNullableInputType,
  type GraphQLNullableOutputType,
} from 'graphql'
import type { TSchema } from 'typebox'
import type { FieldExtensions, QueryContext } from './field-extensions.ts'
import { isGraphName, nameBelow } from './graph-names.ts'
import { scalarOf, type Rules } from './scalars.ts'

/** A field of an object of the graph. */
export type GraphField = GraphQLFieldConfig<unknown, QueryContext>
export type GraphFields = Record<string, GraphField>

interface TypeMakerOptions {
  /** Schemas that have a name in a contract. */
  readonly named: ReadonlyMap<string, TSchema>
  /** The further fields of a type: the relations that contracts declare. */
  readonly furtherFields: (typeName: string) => GraphFields
}

/** Makes the types of the graph from the schemas of contracts: equal named schemas are one type, and so are equal enumerations. */
export interface TypeMaker {
  readonly output: (schema: TSchema, name: string) => GraphQLNullableOutputType
  /** The type of an argument. */
  readonly input: (schema: TSchema, name: string) => GraphQLNullableInputType
  /** The name that a contract gives an object. */
  readonly nameOf: (schema: TSchema) => string | undefined
}

/** Makes the maker of one schema. @throws Error if two different objects would have one name, or a field has a name that GraphQL does not take */
export function typeMaker({ named, furtherFields }: TypeMakerOptions): TypeMaker {
  const objects = new Map<string, { readonly shape: string; readonly type: GraphQLObjectType }>()
  const names = new Map([...named].map(([name, schema]) => [shapeOf(schema), name]))
  const enumeration = enumerationMaker(names)

  function output(schema: TSchema, name: string): GraphQLNullableOutputType {
    const rules = schema as Rules
    if (rules.type === 'array' && rules.items !== undefined) {
      return new GraphQLList(new GraphQLNonNull(output(rules.items, name)))
    }
    if (rules.properties !== undefined && Object.keys(rules.properties).length > 0) return object(schema, name)
    return enumeration(schema, name) ?? scalarOf(rules)
  }

  function object(schema: TSchema, place: string): GraphQLObjectType {
    const shape = shapeOf(schema)
    const name = names.get(shape) ?? place
    const known = objects.get(name)
    if (known !== undefined) {
      if (known.shape === shape) return known.type
      throw new Error(`two different objects of the graph would be named ${name}: name one in \`types\``)
    }
    const { properties = {}, required = [], description } = schema as Rules
    const fields = (): GraphFields => ({
      ...Object.fromEntries(
        Object.entries(properties).map(([field, property]) => {
          if (!isGraphName(field)) throw new Error(`${name}.${field} is no name of GraphQL`)
          const type = output(property, nameBelow(name, field))
          const isRequired = required.includes(field)
          const { description: text, maxItems } = property as Rules
          return [
            field,
            {
              type: isRequired ? new GraphQLNonNull(type) : type,
              ...(text === undefined ? {} : { description: text }),
              extensions: { stoa: { mostItems: maxItems } satisfies FieldExtensions },
            },
          ]
        }),
      ),
      ...furtherFields(name),
    })
    const type = new GraphQLObjectType({ name, ...(description === undefined ? {} : { description }), fields })
    objects.set(name, { shape, type })
    return type
  }

  function input(schema: TSchema, name: string): GraphQLNullableInputType {
    const rules = schema as Rules
    if (rules.type === 'array' && rules.items !== undefined) {
      return new GraphQLList(new GraphQLNonNull(input(rules.items, name)))
    }
    return enumeration(schema, name) ?? scalarOf(rules)
  }

  return { output, input, nameOf: (schema) => names.get(shapeOf(schema)) }
}

/** Makes enumerations: those of equal words are one type, whose name a contract gives or the place where it appears first. */
function enumerationMaker(names: ReadonlyMap<string, string>) {
  const enums = new Map<string, GraphQLEnumType>()
  const enumNames = new Set<string>()
  return (schema: TSchema, place: string): GraphQLEnumType | undefined => {
    const { enum: values = [] } = schema as Rules
    const texts = values.filter((value) => typeof value === 'string')
    const isEnum = texts.length > 0 && texts.length === values.length && texts.every(isEnumName)
    if (!isEnum) return undefined
    const key = texts.toSorted().join(' ')
    const known = enums.get(key)
    if (known !== undefined) return known
    const name = names.get(shapeOf(schema)) ?? place
    if (enumNames.has(name)) throw new Error(`two enumerations of the graph would be named ${name}`)
    enumNames.add(name)
    const type = new GraphQLEnumType({ name, values: Object.fromEntries(texts.map((text) => [text, { value: text }])) })
    enums.set(key, type)
    return type
  }
}

function isEnumName(text: string): boolean {
  return isGraphName(text) && text !== 'true' && text !== 'false' && text !== 'null'
}

/** What makes two schemas the same object: their rules without the texts around them and the marks of the library. */
function shapeOf(schema: TSchema): string {
  return JSON.stringify(schema, (key, value: unknown) =>
    key.startsWith('~') || (key === 'description' && typeof value === 'string') ? undefined : value,
  )
}
