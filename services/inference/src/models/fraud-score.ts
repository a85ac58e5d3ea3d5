import { Type } from 'typebox'
import { scoreOf } from '../domain/fraud-score.ts'
import { fraudWeights } from './fraud-weights.ts'
import { defineModel } from './model.ts'

/** The version of the weights. */
export const fraudScoreVersion = '1.0.0'

/** How likely a payment is fraud. */
export const fraudScore = defineModel({
  name: 'fraud-score',
  version: fraudScoreVersion,
  description:
    'How likely a payment is fraud: a logistic regression, trained on generated payments whose rules are known, not on real fraud.',
  input: Type.Object(
    {
      amountRatio: Type.Number({
        minimum: 0,
        maximum: 1_000_000,
        description: 'the amount as a share of the amount from which a payment in its currency is reviewed',
      }),
      countryMismatch: Type.Boolean({
        description: 'whether the country of the card or account differs from that of the delivery',
      }),
      paymentsLastHour: Type.Integer({
        minimum: 0,
        maximum: 100_000,
        description: 'payments of the customer, or with the card or account, within the last hour',
      }),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({ score: Type.Number({ minimum: 0, maximum: 1, description: 'probability' }) }),
  training: async () => ({ metrics: { ...fraudWeights.metrics } }),
  predict: async (inputs) => inputs.map((facts) => ({ score: scoreOf(fraudWeights.weights, facts) })),
})
