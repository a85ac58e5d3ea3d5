/** The values that a variant of a flag can have. */
export type FlagValue = boolean | string | number | { readonly [name: string]: unknown }

/** A feature flag that a service evaluates: its variants by name, and the variant that holds until someone changes it. */
export interface FlagType<Value extends FlagValue = FlagValue> {
  readonly type: 'boolean' | 'string' | 'number' | 'object'
  readonly description: string
  readonly variants: { readonly [variant: string]: Value }
  /** The variant without a change of the flag: also what the service uses before it has ever reached config. */
  readonly default: string
}

/** The declared flags of a service. */
export type FlagTypes = { readonly [key: string]: FlagType }

/** What the rules of a flag can look at. The targeting key, such as the id of an account, keeps a percentage sticky. */
export interface FlagContext {
  readonly targetingKey?: string
  readonly [attribute: string]: string | number | boolean | undefined
}

/**
 * The declared flags of a service. `value` never rejects and makes no network call: it evaluates the last known rules, and returns the
 * declared default for a flag that config does not know.
 */
export interface Flags<Declared extends FlagTypes = FlagTypes> {
  readonly value: <Key extends keyof Declared & string>(
    key: Key,
    context?: FlagContext,
  ) => Promise<Declared[Key]['variants'][string]>
}

/** Declares a flag that is on or off. */
export function booleanFlag(spec: { readonly description: string; readonly default: boolean }): FlagType<boolean> {
  const { description } = spec
  return { type: 'boolean', description, variants: { on: true, off: false }, default: spec.default ? 'on' : 'off' }
}

interface Variants<Value extends FlagValue, Name extends string> {
  readonly description: string
  readonly variants: { readonly [variant in Name]: Value }
  readonly default: NoInfer<Name>
}

/** Declares a flag whose variants are texts. */
export function stringFlag<const Value extends string, Name extends string>(
  spec: Variants<Value, Name>,
): FlagType<Value> {
  return { type: 'string', ...spec }
}

/** Declares a flag whose variants are numbers; its description names the unit. */
export function numberFlag<Name extends string>(spec: Variants<number, Name>): FlagType<number> {
  return { type: 'number', ...spec }
}

/** Declares a flag whose variants are objects of the same form. */
export function objectFlag<Value extends { readonly [name: string]: unknown }, Name extends string>(
  spec: Variants<Value, Name>,
): FlagType<Value> {
  return { type: 'object', ...spec }
}
