import { fraudScore } from './fraud-score.ts'
import type { Model } from './model.ts'
import { recommendations } from './recommendations.ts'

/** The built-in models. */
export const models: readonly Model[] = [recommendations, fraudScore]
