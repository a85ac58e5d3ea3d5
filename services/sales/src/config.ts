import { defineConfig, serviceSettings } from '@stoa/config'
import { sales } from '@stoa/contracts/sales/service'

/** The settings of sales. */
export const config = defineConfig('sales', serviceSettings('sales', sales.port))
