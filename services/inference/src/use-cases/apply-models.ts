import type { Handler, RpcHandler } from '@stoa/contract'
import type { InferenceService } from '@stoa/contracts/inference/service'
import type { Deps } from '../deps.ts'
import { scoreOf } from '../domain/fraud-score.ts'
import { fraudScoreVersion } from '../models/fraud-score.ts'
import { fraudWeights } from '../models/fraud-weights.ts'
import { models } from '../models/registry.ts'

export const listModels: Handler<InferenceService, 'listModels'> = async ({ db }) => ({
  status: 200,
  body: { items: await Promise.all(models.map((model) => model.manifest(db))) },
})

export const predict =
  ({ clock }: Deps): Handler<InferenceService, 'predict'> =>
  async ({ params, body: { inputs }, db, refuse }) => {
    const model = models.find(({ name }) => name === params.model)
    if (model === undefined) return refuse('inference.model_not_found', `The model ${params.model} does not exist.`)
    const fields = model.errors(inputs)
    if (fields.length > 0) return refuse('inference.input_invalid', 'The model does not accept the input.', { fields })
    const outputs = await model.predict(inputs, { db, now: clock.now() })
    return { status: 200, body: { model: model.name, version: model.version, outputs: [...outputs] } }
  }

/** The fraud score, for payment. */
export const scorePayment: RpcHandler<InferenceService, 'scorePayment'> = async ({ input }) => {
  const { amountRatio, countryMismatch, paymentsLastHour } = input
  const facts = {
    amountRatio: Math.max(0, amountRatio),
    countryMismatch,
    paymentsLastHour: Math.max(0, paymentsLastHour),
  }
  return { score: scoreOf(fraudWeights.weights, facts), modelVersion: fraudScoreVersion }
}
