import { randomBytes } from 'node:crypto'
import type { ProvisionedDatabase } from '@stoa/postgres'
import { eventLogDatabase, type Deployment } from '@stoa/system/topology'
import { readJson, writeJson, type DataFolder } from './data-folder.ts'

/** The secrets of one installation, generated at its first start. */
export interface Secrets {
  /** By database; the role has its name. */
  readonly databasePasswords: Readonly<Record<string, string>>
  /** By service: those of its roles in the event log. */
  readonly logPasswords: Readonly<Record<string, string>>
  /** By service. */
  readonly clientSecrets: Readonly<Record<string, string>>
  /** Encrypts auth's signing keys. */
  readonly authSecret: string
  /** Encrypts the secrets of second factors in user. */
  readonly userSecret: string
  /** Encrypts the secrets of webhook endpoints in notification. */
  readonly notificationSecret: string
  /** What the system's own processes prove themselves with at the registry. */
  readonly registryToken: string
  /** What processes prove themselves with that send spans to monitoring. */
  readonly otlpToken: string
  /** By setting: what a provider or carrier signs its webhooks with. */
  readonly webhookSecrets: Readonly<Record<string, string>>
}

/** Reads the secrets of a data folder and makes those of these services that are missing: a new service, a first start. */
export async function ensureSecrets(folder: DataFolder, services: readonly Deployment[]): Promise<Secrets> {
  const known = (await readJson<Partial<Secrets>>(folder.secrets)) ?? {}
  const databases = [...services.filter(({ hasDatabase }) => hasDatabase).map(({ name }) => name), eventLogDatabase]
  const secrets: Secrets = {
    databasePasswords: completed(known.databasePasswords, databases),
    logPasswords: completed(
      known.logPasswords,
      services.map(({ name }) => name),
    ),
    clientSecrets: completed(
      known.clientSecrets,
      services.map(({ name }) => name),
    ),
    authSecret: known.authSecret ?? makeSecret(),
    userSecret: known.userSecret ?? makeSecret(),
    notificationSecret: known.notificationSecret ?? makeSecret(),
    registryToken: known.registryToken ?? makeSecret(),
    otlpToken: known.otlpToken ?? makeSecret(),
    webhookSecrets: completed(
      known.webhookSecrets,
      services.flatMap(({ webhookSecrets = [] }) => webhookSecrets),
      makeWebhookSecret,
    ),
  }
  if (JSON.stringify(secrets) !== JSON.stringify(known)) await writeJson(folder.secrets, secrets)
  return secrets
}

/** The database of a service, or of the event log, with its role. */
export function databaseOf(name: string, { databasePasswords }: Secrets): ProvisionedDatabase {
  const password = databasePasswords[name]
  if (password === undefined) throw new Error(`there is no password for the database ${name}`)
  return { name: `stoa_${name}`, role: `stoa_${name}`, password }
}

/** The event log as a service sees it: with a role of the service's own, which owns nothing. */
export function logOf(service: string, { logPasswords }: Secrets): ProvisionedDatabase {
  const password = logPasswords[service]
  if (password === undefined) throw new Error(`there is no password for ${service} in the event log`)
  return { name: `stoa_${eventLogDatabase}`, role: `stoa_${service}_log`, password }
}

function completed(
  known: Readonly<Record<string, string>> = {},
  names: readonly string[],
  make = makeSecret,
): Record<string, string> {
  return { ...known, ...Object.fromEntries(names.map((name) => [name, known[name] ?? make()])) }
}

function makeSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** A secret as Standard Webhooks 1.0 writes it. */
function makeWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}
