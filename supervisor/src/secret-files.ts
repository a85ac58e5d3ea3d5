import { registryTokenOf } from '@stoa/security'
import { databaseNames, databaseRole, passwordVariable } from '@stoa/system/publish/compose-databases'
import type { Configured } from '@stoa/system/publish/connections'
import { eventLogDatabase } from '@stoa/system/topology'
import type { Secrets } from './secrets.ts'

/** Variables by name. */
export type Variables = Readonly<Record<string, string>>

/** Where processes reach PostgreSQL, and the password of its administrator. */
export interface DatabaseServer {
  /** Host, and port if it is not 5432. */
  readonly address: string
  readonly password: string
}

/**
 * The secrets of a system by the name of their Secret: `order-secrets` of one process, `shared-secrets` of all, and those of PostgreSQL and of
 * the script that makes its databases.
 */
export function secretFiles(
  all: readonly Configured[],
  secrets: Secrets,
  server: DatabaseServer,
): Map<string, Variables> {
  const names = databaseNames(all.map(({ deployment }) => deployment))
  const passwords = names.map((name) => [passwordVariable(name), secrets.databasePasswords[name] ?? ''] as const)
  const hasCollector = all.some(({ deployment }) => deployment.name === 'monitoring')
  return new Map<string, Variables>([
    ['postgres-secrets', { POSTGRES_PASSWORD: server.password }],
    ['databases-secrets', { PGPASSWORD: server.password, ...Object.fromEntries(passwords) }],
    [
      'shared-secrets',
      hasCollector
        ? { OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${encodeURIComponent(secrets.otlpToken)}` }
        : {},
    ],
    ...all.map((each) => [`${each.deployment.name}-secrets`, secretsOf(each, secrets, server)] as const),
  ])
}

/** Only what the process reads. */
function secretsOf({ deployment, settings }: Configured, secrets: Secrets, server: DatabaseServer): Variables {
  const { name } = deployment
  const urlOf = (database: string) => {
    const role = databaseRole(database)
    return `postgres://${role}:${secrets.databasePasswords[database] ?? ''}@${server.address}/${role}`
  }
  const clients = Object.entries(secrets.clientSecrets).map(([service, secret]) => `${service}=${secret}`)
  const known: Variables = {
    ...(deployment.hasDatabase ? { DATABASE_URL: urlOf(name) } : {}),
    // With the role that owns it: the services migrate it.
    LOG_DATABASE_URL: urlOf(eventLogDatabase),
    // Only the registry has the token that is valid for every service.
    REGISTRY_TOKEN: name === 'registry' ? secrets.registryToken : registryTokenOf(secrets.registryToken, name),
    SERVICE_CLIENT_SECRET: secrets.clientSecrets[name] ?? '',
    AUTH_SECRET: secrets.authSecret,
    SERVICE_SECRETS: clients.join(','),
    USER_SECRET: secrets.userSecret,
    NOTIFICATION_SECRET: secrets.notificationSecret,
    OTLP_TOKEN: secrets.otlpToken,
  }
  return Object.fromEntries(Object.entries(known).filter(([setting]) => setting in settings))
}

/** The variables of a file with one in each line, `NAME=value`. */
export function parseVariables(text: string): Variables {
  const pairs = text.split('\n').map((line) => /^(\w+)=(.*)$/.exec(line))
  return Object.fromEntries(pairs.flatMap((found) => (found === null ? [] : [[found[1] ?? '', found[2] ?? '']])))
}

/** A file with what it lacks of these variables: what an operator wrote stays. */
export function withMissing(text: string, variables: Variables): string {
  const known = parseVariables(text)
  const listed = known[listOfClients]
  const wanted = variables[listOfClients]
  // auth has the client secrets of all services in one variable, also of those that the system got later.
  const kept =
    listed === undefined || wanted === undefined
      ? text
      : text.replace(`${listOfClients}=${listed}`, () => `${listOfClients}=${withMissingClients(listed, wanted)}`)
  const missing = Object.entries(variables).filter(([name]) => !(name in known))
  const before = kept === '' || kept.endsWith('\n') ? kept : `${kept}\n`
  return before + missing.map(([name, value]) => `${name}=${value}\n`).join('')
}

const listOfClients = 'SERVICE_SECRETS'

function withMissingClients(listed: string, wanted: string): string {
  const serviceOf = (pair: string) => pair.slice(0, pair.indexOf('='))
  const pairs = listed.split(',')
  const services = new Set(pairs.map(serviceOf))
  return [...pairs, ...wanted.split(',').filter((pair) => !services.has(serviceOf(pair)))].join(',')
}
