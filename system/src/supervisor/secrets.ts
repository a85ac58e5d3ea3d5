import { randomBytes } from 'node:crypto'
import type { ProvisionedDatabase } from '@stoa/postgres'
import { eventLogDatabase, topology } from '../topology.ts'
import { readJson, writeJson, type DataFolder } from './data-folder.ts'

/** What one installation proves itself with, made at its first start. */
export interface Secrets {
  /** By database; the role has its name. */
  readonly databasePasswords: Readonly<Record<string, string>>
  /** By service. */
  readonly clientSecrets: Readonly<Record<string, string>>
  /** Encrypts auth's signing keys. */
  readonly authSecret: string
  /** What the system's own processes prove themselves with at the registry. */
  readonly registryToken: string
}

/** Reads the secrets of a data folder and makes those that are missing: a new service, a first start. */
export async function ensureSecrets(folder: DataFolder): Promise<Secrets> {
  const known = (await readJson<Partial<Secrets>>(folder.secrets)) ?? {}
  const databases = [...topology.filter(({ hasDatabase }) => hasDatabase).map(({ name }) => name), eventLogDatabase]
  const secrets: Secrets = {
    databasePasswords: completed(known.databasePasswords, databases),
    clientSecrets: completed(
      known.clientSecrets,
      topology.map(({ name }) => name),
    ),
    authSecret: known.authSecret ?? makeSecret(),
    registryToken: known.registryToken ?? makeSecret(),
  }
  if (JSON.stringify(secrets) !== JSON.stringify(known)) await writeJson(folder.secrets, secrets)
  return secrets
}

/** The database of a service, or of the event log, with its role. */
export function databaseOf(name: string, { databasePasswords }: Secrets): ProvisionedDatabase {
  const password = databasePasswords[name]
  if (password === undefined) throw new Error(`no password was made for the database ${name}`)
  return { name: `stoa_${name}`, role: `stoa_${name}`, password }
}

function completed(known: Readonly<Record<string, string>> = {}, names: readonly string[]): Record<string, string> {
  return { ...known, ...Object.fromEntries(names.map((name) => [name, known[name] ?? makeSecret()])) }
}

function makeSecret(): string {
  return randomBytes(32).toString('base64url')
}
