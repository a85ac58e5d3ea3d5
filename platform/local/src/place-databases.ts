import { createHash, randomBytes } from 'node:crypto'
import { databaseUrl, openDatabase, provision } from '@stoa/postgres'

/** The databases of a place: one for each service, each with its own role. */
export interface PlaceDatabases {
  /** Creates the database and the role if they do not exist. */
  readonly urlOf: (service: string) => Promise<string>
  /** Drops those that were created for this place, unless they are kept. */
  readonly close: () => Promise<void>
}

/** Databases named after the place, which are kept; those of a place without a name are temporary. */
export function placeDatabases(adminUrl: string, name: string | undefined): PlaceDatabases {
  const prefix = name ?? `place_${randomBytes(6).toString('hex')}`
  const urls = new Map<string, Promise<string>>()
  const nameOf = (service: string) => `${prefix}_${service}`.replaceAll(/[^a-z0-9]/g, '_')
  const create = async (service: string) => {
    const password = name === undefined ? randomBytes(16).toString('hex') : lastingPassword(adminUrl, nameOf(service))
    const database = { name: nameOf(service), role: nameOf(service), password }
    await provision(adminUrl, { databases: [database] })
    return databaseUrl(adminUrl, database)
  }
  return {
    urlOf(service) {
      const known = urls.get(service) ?? create(service)
      urls.set(service, known)
      return known
    },
    async close() {
      if (name === undefined) await drop(adminUrl, [...urls.keys()].map(nameOf))
    },
  }
}

/** The same at every start, and known only to those who know the URL of the administrator. */
function lastingPassword(adminUrl: string, database: string): string {
  return createHash('sha256').update(`${database} ${adminUrl}`).digest('hex')
}

async function drop(adminUrl: string, names: readonly string[]): Promise<void> {
  const admin = openDatabase({ url: adminUrl, applicationName: 'stoa-local', statementTimeoutMs: 30_000 })
  const session = await admin.session()
  try {
    for (const name of names) {
      await session.script(`drop database if exists "${name}" with (force)`)
      await session.script(`drop role if exists "${name}"`)
    }
  } finally {
    await session.close()
    await admin.close()
  }
}
