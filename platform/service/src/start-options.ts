import type { CallClient } from '@stoa/client'
import type { Resolver } from '@stoa/discovery'
import type { FlagValue } from '@stoa/contract'
import type { Clock, NewId } from '@stoa/kernel'
import type { AccessTable } from '@stoa/security'
import type { LogDestination } from '@stoa/telemetry'
import type { Identity } from './identity.ts'
import type { ServiceConfig } from './service-config.ts'

/** The options of a start, in addition to the definition of the service. */
export interface StartOptions {
  readonly config: ServiceConfig
  /** The permissions of roles and scopes. */
  readonly access: AccessTable
  /** Version that logs, metrics and the registry show; that of SERVICE_VERSION by default. */
  readonly version?: string
  readonly clock?: Clock
  readonly newId?: NewId
  readonly logDestination?: LogDestination
  /** In place of the registry, in tests. */
  readonly resolver?: Resolver
  /** In place of the typed clients, in tests. */
  readonly calls?: CallClient
  /** In place of tokens, in tests. */
  readonly identity?: Identity
  /** Values of flags in place of those of config, in tests; a flag that it omits has its default. */
  readonly flags?: Readonly<Record<string, FlagValue | undefined>>
}
