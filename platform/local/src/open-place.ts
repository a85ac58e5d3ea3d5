import { staticResolver } from '@stoa/discovery'
import { logMigrations, openEventLog, type EventLog } from '@stoa/events'
import { migrate } from '@stoa/postgres'
import type { AccessTable } from '@stoa/security'
import { startService, type DefinedService, type RunningService, type ServiceConfig } from '@stoa/service'
import { placeDatabases } from './place-databases.ts'
import { staticIdentity } from './static-identity.ts'

export interface PlaceOptions {
  /** The URL of an administrator on a PostgreSQL server of version 15 or later. */
  readonly databaseUrl: string
  /** The permissions of roles and scopes. */
  readonly access: AccessTable
  /** Prefix of the databases, which are kept; without it they are temporary, and dropped by `close`. */
  readonly name?: string
}

/** A service that runs in a place. */
export interface LocalService extends RunningService {
  readonly url: string
  readonly databaseUrl: string
}

/** Services in this process, each with its own database on one PostgreSQL server, and a shared event log. */
export interface Place {
  /**
   * Starts a service on a free port, or on the one given in `settings`; its migrations run first. It calls its peers by their names.
   */
  readonly start: <Config extends ServiceConfig>(
    definition: DefinedService<Config>,
    options?: { readonly peers?: readonly RunningService[]; readonly settings?: Readonly<Record<string, string>> },
  ) => Promise<LocalService>
  readonly log: EventLog
  /** Stops the services, the latest first. May be called once. */
  readonly close: () => Promise<void>
}

/**
 * Opens a place for services on one's own machine, without auth, registry and gateway: every caller is believed to be who they say
 * they are (`asCaller`).
 */
export async function openPlace({ databaseUrl, access, name }: PlaceOptions): Promise<Place> {
  const databases = placeDatabases(databaseUrl, name)
  const logUrl = await databases.urlOf('log')
  await migrate(logUrl, [logMigrations])
  const log = openEventLog({ url: logUrl, applicationName: 'stoa-local' })
  const started: RunningService[] = []
  return {
    log,
    async start(definition, { peers = [], settings = {} } = {}) {
      const { contract } = definition
      const ownUrl = await databases.urlOf(contract.name)
      const config = definition.config.parse({
        DATABASE_URL: ownUrl,
        LOG_DATABASE_URL: logUrl,
        PORT: '0',
        LOG_LEVEL: 'error',
        ...settings,
      })
      const resolver = staticResolver(Object.fromEntries(peers.map((peer) => [peer.name, [`127.0.0.1:${peer.port}`]])))
      const identity = staticIdentity(access, contract.name)
      const running = await startService(definition, { config, access, identity, resolver })
      started.push(running)
      return { ...running, url: `http://127.0.0.1:${running.port}`, databaseUrl: ownUrl }
    },
    async close() {
      for (const service of started.toReversed()) await service.stop()
      await log.close()
      await databases.close()
    },
  }
}
