import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { sqlState } from './errors.ts'
import { quoteIdentifier, quoteLiteral } from './fragment.ts'
import { openSession, type Session } from './session.ts'

/** A database with a role of its own that owns it. */
export interface ProvisionedDatabase {
  readonly name: string
  readonly role: string
  readonly password: string
}

/** A role that can log in and owns nothing. */
export interface LoginRole {
  readonly role: string
  readonly password: string
}

const oldestVersion = 150000
const lockName = 'stoa.provision'

/**
 * Makes a database and its role for each entry, and the further roles, as often as one likes: what exists is kept, its password
 * set again. Only the owner may connect (CONNECT is revoked from PUBLIC). The administrator needs CREATEDB and CREATEROLE, no more.
 * @throws Error when the server is older than PostgreSQL 15 or the administrator lacks a right
 */
export async function provision(
  adminUrl: string,
  options: { readonly databases: readonly ProvisionedDatabase[]; readonly roles?: readonly LoginRole[] },
): Promise<void> {
  const session = await openSession({
    url: adminUrl,
    applicationName: 'stoa-provision',
    statementTimeoutMs: 60_000,
    connectTimeoutMs: 5_000,
    isReadOnly: false,
  })
  try {
    const admin = await readAdmin(session)
    await session.lock(lockName)
    await makeRoles(session, admin, [...options.databases, ...(options.roles ?? [])])
    await makeDatabases(session, admin, options.databases)
  } finally {
    await session.close()
  }
}

/** The URL of one of a server's databases for one role, with the administrator URL's host, port and parameters. */
export function databaseUrl(adminUrl: string, { name, role, password }: ProvisionedDatabase): string {
  const url = new URL(adminUrl)
  url.pathname = `/${encodeURIComponent(name)}`
  url.username = encodeURIComponent(role)
  url.password = encodeURIComponent(password)
  return url.href
}

interface Admin {
  readonly name: string
  readonly version: number
  readonly isSuperuser: boolean
}

async function readAdmin({ sql }: Session): Promise<Admin> {
  const [row] = await sql<{
    name: string
    version: number
    rolsuper: boolean
    rolcreatedb: boolean
    rolcreaterole: boolean
  }>`
    select rolname as name, current_setting('server_version_num')::int as version, rolsuper, rolcreatedb, rolcreaterole
    from pg_roles where rolname = current_user`
  if (row === undefined) throw new Error('the database server does not know its own user')
  if (row.version < oldestVersion) {
    const found = Math.floor(row.version / 10_000)
    throw new Error(
      `PostgreSQL 15 or newer is required, but this server is ${found}: set DATABASE_URL to a newer server`,
    )
  }
  if (!row.rolsuper && !(row.rolcreatedb && row.rolcreaterole)) {
    throw new Error(
      `the role ${row.name} cannot create databases and roles: run "alter role ${quoteIdentifier(row.name)} createdb createrole", ` +
        'or give every service its own <SERVICE>_DATABASE_URL',
    )
  }
  return { name: row.name, version: row.version, isSuperuser: row.rolsuper }
}

async function makeRoles(session: Session, admin: Admin, wanted: readonly LoginRole[]): Promise<void> {
  const roles = wanted.map(({ role }) => role)
  const existing = await session.sql<{ name: string; member: boolean }>`
    select rolname as name, pg_has_role(current_user, oid, 'usage') as member from pg_roles where rolname = any(${roles})`
  const membership = new Map(existing.map(({ name, member }) => [name, member]))
  for (const { role, password } of wanted) {
    if (role === admin.name) throw new Error(`the role ${role} cannot be both administrator and a service's own`)
    const verb = membership.has(role) ? 'alter' : 'create'
    await session.script(
      `${verb} role ${quoteIdentifier(role)} login password ${quoteLiteral(scramVerifier(password))}`,
    )
    if (!admin.isSuperuser && membership.get(role) !== true) await joinRole(session, admin, role)
  }
}

/** Only a member may give a database to a role; since 16 its maker is one with neither SET nor INHERIT (CREATEROLE). */
async function joinRole(session: Session, { name, version }: Admin, role: string): Promise<void> {
  const options = version >= 160000 ? ' with set true, inherit true' : ''
  await session.script(`grant ${quoteIdentifier(role)} to ${quoteIdentifier(name)}${options}`)
}

async function makeDatabases(session: Session, admin: Admin, databases: readonly ProvisionedDatabase[]): Promise<void> {
  const names = databases.map(({ name }) => name)
  const existing = await session.sql<{ name: string; owner: string; is_open: boolean }>`
    select datname as name, pg_get_userbyid(datdba) as owner,
      datacl is null or exists (select from aclexplode(datacl) where grantee = 0 and privilege_type = 'CONNECT') as is_open
    from pg_database where datname = any(${names})`
  const known = new Map(existing.map((row) => [row.name, row]))
  for (const { name, role } of databases) {
    const found = known.get(name)
    if (found === undefined) await createDatabase(session, name, role)
    else if (found.owner !== role) {
      throw new Error(`the database ${name} exists and belongs to ${found.owner}, not to ${role}: rename or drop it`)
    }
    if (found?.is_open !== false) {
      await session.script(`revoke connect, temporary on database ${quoteIdentifier(name)} from public`)
    }
  }
}

async function createDatabase(session: Session, name: string, owner: string): Promise<void> {
  try {
    await session.script(
      `create database ${quoteIdentifier(name)} owner ${quoteIdentifier(owner)} encoding 'UTF8' template template0`,
    )
  } catch (error) {
    if (sqlState(error) !== '42P04') throw error
  }
}

/** The verifier of RFC 5802 and 7677 as PostgreSQL stores it, so that the password itself reaches no server log. */
function scramVerifier(password: string): string {
  const iterations = 4096
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, iterations, 32, 'sha256')
  const sign = (text: string) => createHmac('sha256', salted).update(text).digest()
  const storedKey = createHash('sha256').update(sign('Client Key')).digest('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${sign('Server Key').toString('base64')}`
}
