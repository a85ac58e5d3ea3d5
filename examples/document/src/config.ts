import { defineConfig, serviceSettings } from '@stoa/config'
import { document } from '../contract.ts'

/** The settings of document. */
export const config = defineConfig('document', serviceSettings('document', document.port))
