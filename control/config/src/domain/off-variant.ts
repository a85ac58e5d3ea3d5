import type { FlagKind, Variants } from '@stoa/contracts/config/resources'

interface Definition {
  readonly type: FlagKind
  readonly variants: Variants
  readonly defaultVariant: string
}

/** What a new flag returns when it is killed: false if it is boolean, or the kill switch would leave on what is on by default. */
export function offVariantOf({ type, variants, defaultVariant }: Definition): string {
  if (type !== 'boolean' || variants[defaultVariant] === false) return defaultVariant
  const off = Object.keys(variants).find((name) => variants[name] === false)
  return off ?? defaultVariant
}
