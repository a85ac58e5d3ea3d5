import type { Static, TSchema } from 'typebox'
import { checkReadable } from './setting-values.ts'

/** One setting of a service: its schema, its meaning, and its rule for production. */
export interface Setting<Value = unknown> {
  readonly schema: TSchema
  readonly doc: string
  readonly unit: string | undefined
  readonly default: Value | undefined
  readonly embeddedDefault: Value | undefined
  readonly productionDefault: Value | undefined
  readonly isOptional: boolean
  readonly isEmbeddedOnly: boolean
  readonly isSecret: boolean
  /** Whether config can change it while the service runs. */
  readonly isReloadable: boolean
}

interface SettingOptions<Value> {
  /** One sentence for the table of settings. */
  readonly doc: string
  /** Of a number: `ms`, `bytes`. */
  readonly unit?: string
  readonly default?: Value
  /** A default for laptops and tests: in production the setting has none, and this value is refused. */
  readonly embeddedDefault?: Value
  /** The default in production, where it differs. */
  readonly productionDefault?: Value
  /** Undefined when it is not set. */
  readonly optional?: boolean
  /** For demonstrations only: in production only the default (or no value) is accepted. */
  readonly embeddedOnly?: boolean
  /** Whether config can change it while the service runs; the code then reads it each time it uses it. It needs a default. */
  readonly reloadable?: boolean
}

type Read<Schema extends TSchema, Options> = Options extends { readonly optional: true }
  ? Static<Schema> | undefined
  : Static<Schema>

/**
 * Declares a setting. The schema is a string, number, integer, boolean, literal, a union of these, or an array of them
 * (written with commas); any other throws. Without a default it is required, unless `optional`.
 */
export function setting<Schema extends TSchema, const Options extends SettingOptions<Static<Schema>>>(
  schema: Schema,
  options: Options,
): Setting<Read<Schema, Options>> {
  return declare(schema, options, false)
}

/** Declares a secret: never shown, and also read from the file that `{NAME}_FILE` names (Docker, Kubernetes). */
export function secret<Schema extends TSchema, const Options extends SettingOptions<Static<Schema>>>(
  schema: Schema,
  options: Options,
): Setting<Read<Schema, Options>> {
  return declare(schema, options, true)
}

function declare<Value>(schema: TSchema, options: SettingOptions<unknown>, isSecret: boolean): Setting<Value> {
  checkReadable(schema)
  if (options.reloadable === true && (options.default === undefined || isSecret))
    throw new TypeError('a reloadable setting has a default and is not a secret')
  return {
    schema,
    doc: options.doc,
    unit: options.unit,
    default: options.default as Value | undefined,
    embeddedDefault: options.embeddedDefault as Value | undefined,
    productionDefault: options.productionDefault as Value | undefined,
    isOptional: options.optional ?? false,
    isEmbeddedOnly: options.embeddedOnly ?? false,
    isSecret,
    isReloadable: options.reloadable ?? false,
  }
}
