import { defineConfig, serviceSettings } from '@stoa/config'
import { streaming } from '@stoa/contracts/streaming/service'

/** The settings of streaming. */
export const config = defineConfig('streaming', serviceSettings('streaming', streaming.port))
