import { databaseUrl } from '@stoa/postgres'
import { eventLogDatabase } from '../topology.ts'
import type { DataFolder } from './data-folder.ts'
import type { Replica } from './replicas.ts'
import { databaseOf, type Secrets } from './secrets.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What all processes of one system share. */
export interface SystemSettings {
  readonly data: DataFolder
  readonly secrets: Secrets
  /** The database server's administrator. */
  readonly adminUrl: string
  /** By service, `order-2` for a second replica, and `gateway.ADMIN_PORT` for further ones. */
  readonly ports: ReadonlyMap<string, number>
  /** The user's own, which comes before ours wherever it says something. */
  readonly environment: Environment
}

/** The environment of one service's process. */
export function environmentOf({ deployment, key }: Replica, settings: SystemSettings): Record<string, string> {
  const { data, secrets, adminUrl, ports, environment } = settings
  const { name } = deployment
  const at = (service: string) => `http://127.0.0.1:${ports.get(service) ?? 0}`
  const ours: Record<string, string> = {
    // Less than the time after which a process is ended by force.
    DRAIN_TIMEOUT_MS: '2500',
    STOA_ENV: isProduction(environment) ? 'production' : 'embedded',
    REGISTRY_URL: at('registry'),
    REGISTRY_TOKEN: secrets.registryToken,
    AUTH_URL: at('auth'),
    AUTH_ISSUER: at('gateway'),
    TELEMETRY_FOLDER: data.telemetry,
    SERVICE_CLIENT_SECRET: secrets.clientSecrets[name] ?? '',
    ...deployment.embedded,
    ...(name === 'auth' ? authSecrets(secrets) : {}),
  }
  // Not the user's to choose here: the whole server's address, and ports that were looked at and may have been moved.
  const fixed: Record<string, string> = {
    ...(deployment.hasDatabase ? { DATABASE_URL: databaseUrl(adminUrl, databaseOf(name, secrets)) } : {}),
    LOG_DATABASE_URL: environment['LOG_DATABASE_URL'] ?? databaseUrl(adminUrl, databaseOf(eventLogDatabase, secrets)),
    PORT: String(ports.get(key) ?? deployment.port),
  }
  for (const setting of Object.keys(deployment.furtherPorts ?? {})) {
    fixed[setting] = String(ports.get(`${key}.${setting}`))
  }
  const merged: Record<string, string> = { ...ours, ...givenBy(environment), ...fixed }
  // A secret that the user keeps in a file: both at once are refused.
  for (const setting of Object.keys(ours)) if (environment[`${setting}_FILE`]) delete merged[setting]
  for (const setting of ['PORT', ...Object.keys(deployment.furtherPorts ?? {})])
    for (const owner of [name, key]) delete merged[ownSpelling(owner, setting)]
  if (!deployment.hasDatabase) delete merged['DATABASE_URL']
  return merged
}

/** What the user's environment says; an empty setting is none. */
export function givenBy(environment: Environment): Record<string, string> {
  const given = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  )
  return Object.fromEntries(given)
}

/** Whether this is no demonstration: no accounts with known passwords, no sample data. */
export function isProduction({ STOA_ENV, NODE_ENV }: Environment): boolean {
  return STOA_ENV === 'production' || NODE_ENV === 'production'
}

/** A setting of one service alone, as the user may write it: `ORDER_PORT`. */
export function ownSpelling(service: string, setting: string): string {
  const prefix = `${service.toUpperCase().replaceAll('-', '_')}_`
  return setting.startsWith(prefix) ? setting : prefix + setting
}

function authSecrets({ clientSecrets, authSecret }: Secrets): Record<string, string> {
  const pairs = Object.entries(clientSecrets).map(([service, secret]) => `${service}=${secret}`)
  return { AUTH_SECRET: authSecret, SERVICE_SECRETS: pairs.join(',') }
}
