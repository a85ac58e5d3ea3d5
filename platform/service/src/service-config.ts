import type { serviceSettings, ConfigValues } from '@stoa/config'

/** The settings that every service has, parsed. */
export type ServiceConfig = ConfigValues<ReturnType<typeof serviceSettings>>

/** What a process of a service does: `web` serves requests, `worker` does the background work, `all` does both. */
export type Role = ServiceConfig['role']
