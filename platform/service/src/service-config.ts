import type { serviceSettings, ConfigValues } from '@stoa/config'

/** The settings that every service has, parsed. */
export type ServiceConfig = ConfigValues<ReturnType<typeof serviceSettings>>
