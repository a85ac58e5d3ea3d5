import { defineConfig, serviceSettings } from '@stoa/config'
import { user } from '@stoa/contracts/user/service'

/** The settings of user. */
export const config = defineConfig('user', serviceSettings('user', user.port))
