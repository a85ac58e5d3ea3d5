/** The labels of a series, its name under `__name__`. */
export type Labels = Readonly<Record<string, string>>

/** A condition on a label; a missing label counts as empty. */
export interface Matcher {
  readonly name: string
  readonly operator: '=' | '!=' | '=~' | '!~'
  readonly value: string
}

/** Which labels of two vectors have to agree. */
export interface Matching {
  readonly kind: 'on' | 'ignoring'
  readonly labels: readonly string[]
}

/** Which labels an aggregation keeps. */
export interface Grouping {
  readonly kind: 'by' | 'without'
  readonly labels: readonly string[]
}

export interface Selector {
  readonly kind: 'selector'
  readonly matchers: readonly Matcher[]
  /** Of a range vector. */
  readonly rangeMs?: number
  readonly offsetMs: number
}

export interface Subquery {
  readonly kind: 'subquery'
  readonly of: Expression
  readonly rangeMs: number
  /** A minute if omitted. */
  readonly stepMs: number
  readonly offsetMs: number
}

export interface Binary {
  readonly kind: 'binary'
  readonly operator: BinaryOperator
  readonly left: Expression
  readonly right: Expression
  /** A comparison returns 0 or 1, and keeps every sample. */
  readonly isBool: boolean
  readonly matching: Matching | undefined
}

export interface Aggregate {
  readonly kind: 'aggregate'
  readonly operator: Aggregation
  readonly of: Expression
  readonly grouping: Grouping
}

export interface Call {
  readonly kind: 'call'
  readonly name: string
  readonly args: readonly Expression[]
}

/** An expression of the subset of PromQL. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'negate'; readonly of: Expression }
  | Selector
  | Subquery
  | Binary
  | Aggregate
  | Call

export const comparisons = ['==', '!=', '<=', '>=', '<', '>'] as const
export const aggregations = ['sum', 'avg', 'min', 'max', 'count'] as const

export type Comparison = (typeof comparisons)[number]
export type Aggregation = (typeof aggregations)[number]
export type SetOperator = 'and' | 'or' | 'unless'
export type BinaryOperator = Comparison | SetOperator | '+' | '-' | '*' | '/' | '%' | '^'

/** Why an expression cannot be read or evaluated. */
export class PromqlError extends Error {
  override readonly name = 'PromqlError'
}

/** An expression reads or returns more than one evaluation may. */
export class TooLargeError extends PromqlError {}
