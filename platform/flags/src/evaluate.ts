import type { FlagValue } from '@stoa/contract'
import { bucketCount, bucketOf } from './bucket.ts'
import { matches, type Attributes } from './conditions.ts'
import type { FlagState, Outcome } from './flag-state.ts'

export { matches } from './conditions.ts'
export type { Condition, FlagState, Operator, Outcome, Rule, Share } from './flag-state.ts'

/** What an evaluation looks at: the targeting key and further attributes. */
export type EvaluationInput = Attributes & { readonly targetingKey?: unknown }

/** The outcome of an evaluation, with the reasons and errors of OpenFeature. */
export type Evaluated =
  | {
      readonly value: FlagValue
      readonly variant: string
      readonly reason: 'STATIC' | 'DEFAULT' | 'TARGETING_MATCH' | 'SPLIT' | 'DISABLED'
    }
  | { readonly errorCode: 'TARGETING_KEY_MISSING' | 'GENERAL'; readonly detail: string }

/** A flag and the point in time at which it is evaluated. */
export interface FlagAt {
  readonly key: string
  readonly state: FlagState
  readonly nowMs: number
}

/** Evaluates a flag. Pure: config and the services use the same function, so that both return the same variant for a context. */
export function evaluate({ key, state, nowMs }: FlagAt, input: EvaluationInput): Evaluated {
  if (state.isKilled || !isScheduled(state.schedule, nowMs)) return valueOf(state, state.offVariant, 'DISABLED')
  const rule = state.rules.find(({ when }) => when.every((condition) => matches(condition, input)))
  const plain = rule !== undefined ? 'TARGETING_MATCH' : state.rules.length > 0 ? 'DEFAULT' : 'STATIC'
  const outcome = rule?.serve ?? state.serve
  if ('variant' in outcome) return valueOf(state, outcome.variant, plain)
  const variant = variantOfSplit(key, outcome.split, input)
  if (variant !== undefined) return valueOf(state, variant, 'SPLIT')
  const by = outcome.split.by ?? 'targetingKey'
  return { errorCode: 'TARGETING_KEY_MISSING', detail: `The flag ${key} has percentages, which need ${by}.` }
}

function isScheduled(schedule: FlagState['schedule'], nowMs: number): boolean {
  const { from, until } = schedule ?? {}
  return (from === undefined || Date.parse(from) <= nowMs) && (until === undefined || nowMs < Date.parse(until))
}

type Split = Extract<Outcome, { readonly split: unknown }>['split']

function variantOfSplit(key: string, { by, salt, shares }: Split, input: EvaluationInput): string | undefined {
  const sticky = input[by ?? 'targetingKey']
  if ((typeof sticky !== 'string' && typeof sticky !== 'number') || sticky === '') return undefined
  const bucket = bucketOf(salt ?? key, String(sticky))
  let end = 0
  for (const { variant, percent } of shares) {
    end += Math.round((percent / 100) * bucketCount)
    if (bucket < end) return variant
  }
  // shares that sum to 100 leave nothing over, except for rounding
  return shares.at(-1)?.variant
}

function valueOf(
  state: FlagState,
  variant: string,
  reason: 'STATIC' | 'DEFAULT' | 'TARGETING_MATCH' | 'SPLIT' | 'DISABLED',
): Evaluated {
  const value = Object.hasOwn(state.variants, variant) ? state.variants[variant] : undefined
  return value === undefined
    ? { errorCode: 'GENERAL', detail: `The flag has no variant ${variant}.` }
    : { value, variant, reason }
}
