import type { FlagValue } from '@stoa/contract'

/** The operators of a condition; each compares the attribute with every value, and one that matches is enough. */
export type Operator =
  | 'in'
  | 'not_in'
  | 'starts_with'
  | 'ends_with'
  | 'contains'
  | 'greater_than'
  | 'at_least'
  | 'less_than'
  | 'at_most'
  | 'before'
  | 'after'
  | 'version_at_least'
  | 'version_below'
  | 'exists'
  | 'missing'

/** A value with which a condition compares. */
export type Comparable = string | number | boolean

/** A condition on one attribute of the context. A missing attribute matches `missing` and nothing else. */
export interface Condition {
  readonly attribute: string
  readonly operator: Operator
  readonly values?: readonly Comparable[]
}

/** A share of the contexts, in percent with at most three decimals. */
export interface Share {
  readonly variant: string
  readonly percent: number
}

/** A variant for everyone, or shares that are sticky by the targeting key or another attribute. */
export type Outcome =
  | { readonly variant: string }
  | { readonly split: { readonly by?: string; readonly salt?: string; readonly shares: readonly Share[] } }

/** What a flag returns if all its conditions match. */
export interface Rule {
  readonly name?: string
  readonly when: readonly Condition[]
  readonly serve: Outcome
}

/** The rules of a flag in one environment. */
export interface FlagState {
  readonly type: 'boolean' | 'string' | 'number' | 'object'
  readonly variants: { readonly [variant: string]: FlagValue }
  /** The kill switch: the flag returns `offVariant`, whatever its rules are. */
  readonly isKilled: boolean
  readonly offVariant: string
  /** Outside this time the flag returns `offVariant`; `from` belongs to it, `until` does not. */
  readonly schedule?: { readonly from?: string; readonly until?: string }
  /** The first rule that matches applies. */
  readonly rules: readonly Rule[]
  /** What the flag returns if no rule matches. */
  readonly serve: Outcome
}
