import type { TSchema } from 'typebox'
import { Check } from 'typebox/schema'
import { toCamelCase, type Settings } from './config.ts'

/** The values of settings of which the reloadable ones can change while the service runs. */
export interface LiveSettings<Values extends object> {
  /** Read a reloadable value each time it is used: what was copied out of it does not change. */
  readonly values: Values
  /** The JSON Schemas of the reloadable settings, by their names in the environment. */
  readonly schemas: Readonly<Record<string, object>>
  /**
   * Uses these values of reloadable settings, and those of the environment for the others. Returns the names whose values were ignored:
   * of settings that are unknown or not reloadable, or with a value that does not match the schema.
   */
  readonly apply: (given: Readonly<Record<string, unknown>>) => readonly string[]
}

/** Makes live settings out of parsed ones. */
export function liveSettings<Values extends object>(settings: Settings, parsed: Values): LiveSettings<Values> {
  const reloadable = Object.entries(settings).filter(([, each]) => each.isReloadable)
  let given: Readonly<Record<string, unknown>> = {}
  const values = Object.defineProperties(
    { ...parsed },
    Object.fromEntries(
      reloadable.map(([name]) => {
        const key = toCamelCase(name) as keyof Values & string
        const get = () => (Object.hasOwn(given, name) ? given[name] : parsed[key])
        return [key, { get, enumerable: true }]
      }),
    ),
  )
  const schemaOf = new Map(reloadable.map(([name, { schema }]) => [name, schema]))
  return {
    values,
    schemas: Object.fromEntries(reloadable.map(([name, { schema, doc }]) => [name, describedSchema(schema, doc)])),
    apply(next) {
      const isUsable = ([name, value]: [string, unknown]) => {
        const schema = schemaOf.get(name)
        return schema !== undefined && Check(schema, value)
      }
      given = Object.fromEntries(Object.entries(next).filter(isUsable))
      return Object.keys(next).filter((name) => !Object.hasOwn(given, name))
    },
  }
}

/** The parts of JSON Schema with which values are described to people and checked before they are accepted. */
const described = ['type', 'minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'enum'] as const

function describedSchema(schema: TSchema, description: string): object {
  const all = schema as { readonly anyOf?: readonly { readonly const?: unknown }[] } & Readonly<Record<string, unknown>>
  if (all.anyOf !== undefined) return { type: 'string', enum: all.anyOf.map((each) => each.const), description }
  const parts = described.filter((part) => all[part] !== undefined).map((part) => [part, all[part]])
  return { ...(Object.fromEntries(parts) as object), description }
}
