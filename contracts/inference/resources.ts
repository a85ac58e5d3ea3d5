import { InstantSchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { CategoryPath } from '../shared/category-path.ts'
import { ProductId } from '../shared/ids.ts'
import { Sku } from '../shared/sku.ts'

/** The name of a model. */
export const ModelName = Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$', description: 'name of model' })
export type ModelName = Static<typeof ModelName>

/** Why a product is recommended: it was bought together with the given ones, or it is among the most bought ones. */
export const RecommendationReason = Type.Enum(['bought_together', 'popular'])
export type RecommendationReason = Static<typeof RecommendationReason>

/** A recommended product. */
export const RecommendedProduct = Type.Object({
  productId: ProductId,
  name: Type.String(),
  category: CategoryPath,
  skus: Type.Array(Sku),
  reason: RecommendationReason,
  score: Type.Number({ description: 'share of the score of the best product with the same reason, which has 1' }),
})
export type RecommendedProduct = Static<typeof RecommendedProduct>

/** A product that is similar to another. */
export const SimilarProduct = Type.Object({
  productId: ProductId,
  name: Type.String(),
  category: CategoryPath,
  skus: Type.Array(Sku),
  score: Type.Number({ description: 'cosine of the vectors of the texts, from 0 to 1' }),
})
export type SimilarProduct = Static<typeof SimilarProduct>

/** Recommended products, best first; those bought together come before those that are popular. */
export const Recommendations = Type.Object({
  basedOn: Type.Enum(['product', 'customer', 'popularity']),
  items: Type.Array(RecommendedProduct),
})
export type Recommendations = Static<typeof Recommendations>

/** The name of a field of an input. */
const FieldName = Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,39}$' })
const Text = Type.String({ pattern: '^[!-~]([ -~]{0,98}[!-~])?$' })
const FieldValue = Type.Union([Type.Number(), Type.Boolean(), Text, Type.Array(Text, { maxItems: 20 })])

/** One input of a model, by field; the manifest of the model describes the fields. */
export const ModelInput = Type.Record(FieldName, FieldValue, { additionalProperties: false, maxProperties: 20 })
export type ModelInput = Static<typeof ModelInput>

/** The outputs of a model, in the order of the inputs. */
export const Predictions = Type.Object({
  model: ModelName,
  version: Type.String(),
  outputs: Type.Array(Type.Unknown({ description: 'as `output` in the manifest of the model' })),
})
export type Predictions = Static<typeof Predictions>

/** A model: what it takes and returns, its version, and how good it was when it was trained. */
export const ModelManifest = Type.Object({
  name: ModelName,
  version: Type.String(),
  description: Type.String(),
  input: Type.Unknown({ description: 'JSON Schema of one input' }),
  output: Type.Unknown({ description: 'JSON Schema of one output' }),
  trainedAt: Type.Optional(InstantSchema),
  metrics: Type.Record(Type.String(), Type.Number(), { description: 'figures of the training' }),
})
export type ModelManifest = Static<typeof ModelManifest>
