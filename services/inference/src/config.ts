import { defineConfig, serviceSettings, setting } from '@stoa/config'
import { inference } from '@stoa/contracts/inference/service'
import { Type } from 'typebox'

/** The settings of inference. */
export const config = defineConfig('inference', {
  ...serviceSettings('inference', inference.port),
  INFERENCE_MAX_VECTORS: setting(Type.Integer({ minimum: 1, maximum: 2_000_000 }), {
    default: 200_000,
    doc: 'Texts of a kind (products, articles) that are compared by meaning; each takes 1 KiB of memory once it is needed. Those beyond are not found.',
  }),
})
