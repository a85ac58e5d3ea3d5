import { defineConfig, serviceSettings } from '@stoa/config'
import { inference } from '@stoa/contracts/inference/service'

/** The settings of inference. */
export const config = defineConfig('inference', serviceSettings('inference', inference.port))
