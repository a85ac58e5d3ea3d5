import { databaseUrl } from '@stoa/postgres'
import { registryTokenOf } from '@stoa/security'
import { hasBlobs } from '@stoa/system/topology'
import type { DataFolder } from './data-folder.ts'
import { meshFolderOf, usesMesh } from './mesh.ts'
import type { Replica } from './replicas.ts'
import { isProduction } from './is-production.ts'
import { databaseOf, logOf, type Secrets } from './secrets.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What all processes of one system share. */
export interface SystemSettings {
  readonly data: DataFolder
  /** Its name. */
  readonly system: string
  readonly secrets: Secrets
  /** The database server's administrator. */
  readonly adminUrl: string
  /** By service, `order-2` for a second replica, and `gateway.ADMIN_PORT` for further ones. */
  readonly ports: ReadonlyMap<string, number>
  /** The folders of the built apps, by name. */
  readonly apps?: ReadonlyMap<string, string>
  /** The environment of the user, which takes precedence over ours. */
  readonly environment: Environment
}

/** The environment of one service's process. */
export function environmentOf({ deployment, key }: Replica, settings: SystemSettings): Record<string, string> {
  const { data, system, secrets, adminUrl, ports, environment } = settings
  const { name } = deployment
  const at = (service: string) => `http://127.0.0.1:${ports.get(service) ?? 0}`
  const ours: Record<string, string> = {
    // With PostgreSQL's time everything is over within 5 s; the registry stops last, when no process is left to ask it.
    DRAIN_TIMEOUT_MS: name === 'registry' ? '0' : '2000',
    STOA_ENV: isProduction(environment) ? 'production' : 'embedded',
    REGISTRY_URL: at('registry'),
    // Only the registry knows the token that is valid for every service.
    REGISTRY_TOKEN: name === 'registry' ? secrets.registryToken : registryTokenOf(secrets.registryToken, name),
    AUTH_URL: at('auth'),
    AUTH_ISSUER: at('gateway'),
    ...spanSettings(settings),
    ...(name === 'monitoring' ? { OTLP_TOKEN: secrets.otlpToken } : {}),
    ...(name === 'notification' && !isProduction(environment) ? { MAIL_FOLDER: data.mail } : {}),
    ...(deployment.lake === undefined ? {} : { LAKE_FOLDER: data.lake }),
    ...(hasBlobs(deployment) ? { BLOB_FOLDER: data.blobs } : {}),
    ...(usesMesh(environment) ? { MESH_FOLDER: meshFolderOf(data, name) } : {}),
    SERVICE_CLIENT_SECRET: secrets.clientSecrets[name] ?? '',
    ...(deployment.kind === 'gateway' ? appFolders(settings) : {}),
    ...deployment.embedded,
    ...Object.fromEntries((deployment.webhookSecrets ?? []).map((name) => [name, secrets.webhookSecrets[name] ?? ''])),
    ...(name === 'auth' ? authSecrets(secrets) : {}),
    ...(name === 'user' ? { USER_SECRET: secrets.userSecret } : {}),
    ...(name === 'notification' ? { NOTIFICATION_SECRET: secrets.notificationSecret } : {}),
  }
  // Not the user's to choose here: the whole server's address, and ports that were looked at and may have been moved.
  const fixed: Record<string, string> = {
    ...(deployment.hasDatabase ? { DATABASE_URL: databaseUrl(adminUrl, databaseOf(name, secrets)) } : {}),
    LOG_DATABASE_URL: environment['LOG_DATABASE_URL'] || databaseUrl(adminUrl, logOf(name, secrets)),
    PORT: String(ports.get(key) ?? deployment.port),
    STOA_SYSTEM: system,
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

/** What the `dataschema` of events begins with: as the services decide it, for what publishes in their place. */
export function schemaBaseUrlOf({ environment, ports }: SystemSettings): string {
  return environment['SCHEMA_BASE_URL'] || environment['AUTH_ISSUER'] || `http://127.0.0.1:${ports.get('gateway') ?? 0}`
}

/** The settings in the environment of the user; an empty setting counts as not set. */
export function givenBy(environment: Environment): Record<string, string> {
  const given = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  )
  return Object.fromEntries(given)
}

/** Where spans go: to monitoring, or where the system has none, or the user names another collector, to files that `stoa traces` reads. */
function spanSettings({ data, secrets, ports, environment }: SystemSettings): Record<string, string> {
  const port = ports.get('monitoring')
  if (port === undefined || environment['OTEL_EXPORTER_OTLP_ENDPOINT']) return { TELEMETRY_FOLDER: data.telemetry }
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${encodeURIComponent(secrets.otlpToken)}`,
  }
}

/** A setting of one service alone, as the user may write it: `ORDER_PORT`. */
export function ownSpelling(service: string, setting: string): string {
  const prefix = `${service.toUpperCase().replaceAll('-', '_')}_`
  return setting.startsWith(prefix) ? setting : prefix + setting
}

function appFolders({ apps = new Map() }: SystemSettings): Record<string, string> {
  return { APP_FOLDERS: [...apps].map(([name, folder]) => `${name}=${folder}`).join(',') }
}

function authSecrets({ clientSecrets, authSecret }: Secrets): Record<string, string> {
  const pairs = Object.entries(clientSecrets).map(([service, secret]) => `${service}=${secret}`)
  return { AUTH_SECRET: authSecret, SERVICE_SECRETS: pairs.join(',') }
}
