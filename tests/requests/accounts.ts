import { randomUUID } from 'node:crypto'
import { accessTable, type Role } from '@stoa/contracts/auth/roles'
import { resourceOf } from '@stoa/security'
import { admin as seededAdmin, demonstrationPassword } from '@stoa/system/seed/accounts'
import type { DeclaredRoute } from './declared-routes.ts'
import { doors } from './doors.ts'
import { headersFor, send, type Answered } from './send.ts'

/** A signed-in account. */
export interface Account {
  readonly id: string
  readonly email: string
  readonly token: string
}

const password = 'all-that-glitters-is-9'

/** Asks the gateway with a JSON body; throws when it is refused. */
export async function ask(
  method: string,
  path: string,
  as: Account | undefined,
  body?: unknown,
  more: Readonly<Record<string, string>> = {},
): Promise<any> {
  const headers = { ...headersFor(method, as?.token), 'idempotency-key': randomUUID(), prefer: 'wait=10', ...more }
  const answer = await send(doors().gatewayUrl, { method, path, headers, body })
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`)
  return answer.body
}

/** A new session of an account that has a password. */
export async function signIn(email: string, secret = password): Promise<string> {
  const { accessToken } = await ask('POST', '/api/v1/users/authenticate', undefined, { email, password: secret })
  return accessToken
}

/** A new customer. */
export async function newCustomer(): Promise<Account> {
  const email = `${randomUUID()}@stoa.example`
  const { id } = await ask('POST', '/api/v1/users', undefined, { email, password, name: 'Cora Contract' })
  return { id, email, token: await signIn(email) }
}

/** The body that changes the password of such an account. */
export const passwordChange = { currentPassword: password, newPassword: 'nor-all-that-wander-8' }

/** A new guest. */
async function newGuest(): Promise<Account> {
  const email = `${randomUUID()}@stoa.example`
  const { user, accessToken } = await ask('POST', '/api/v1/users/guest', undefined, { email })
  return { id: user.id, email, token: accessToken }
}

const signInAdmin = async () => ({ ...seededAdmin, token: await signIn(seededAdmin.email, demonstrationPassword) })
let theAdmin = remembered(signInAdmin)

/** A new account with a role of the access table. */
export async function newAccount(role: Role): Promise<Account> {
  if (role === 'guest') return newGuest()
  const { id, email, token } = await newCustomer()
  if (role === 'customer') return { id, email, token }
  await ask('PUT', `/api/v1/users/${id}/tier`, await theAdmin(), { roles: [role] })
  return { id, email, token: await signIn(email) }
}

/** The roles that an account can have; `service` belongs to programs. */
export const accountRoles = (Object.keys(accessTable.roles) as Role[]).filter((role) => role !== 'service')

const accounts = new Map<Role, Promise<Account>>()

/** Has new accounts made from here on. */
export function forgetAccounts(): void {
  accounts.clear()
  theAdmin = remembered(signInAdmin)
}

/** The account of a role that the tests of a file share. */
export function accountOf(role: Role): Promise<Account> {
  const known = accounts.get(role) ?? newAccount(role)
  accounts.set(role, known)
  return known
}

/** A service as the caller of another: what only the processes of the system may do, it may. */
export async function serviceAccount(audience: string): Promise<Account> {
  const id = 'shipping'
  const secret = doors().clientSecrets[id] ?? ''
  const { status, text, body } = await send(doors().gatewayUrl, {
    method: 'POST',
    path: '/oauth2/token',
    headers: {
      authorization: `Basic ${Buffer.from(`${id}:${encodeURIComponent(secret)}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: resourceOf(audience) }).toString(),
  })
  if (status !== 200) throw new Error(`POST /oauth2/token as ${id}: ${status} ${text}`)
  return { id, email: '', token: body.access_token }
}

/** Who may use a route: the customer whose things it is about, a service, or the administrator. */
export async function callerOf({ service, route }: DeclaredRoute, customer: Account): Promise<Account> {
  if (grants('customer', route.permission)) return customer
  return route.permission === 'service' ? serviceAccount(service.name) : accountOf('admin')
}

/** Whether a role grants a permission; over everybody's includes over one's own. */
export function grants(role: Role, permission: string): boolean {
  const granted = accessTable.roles[role] as readonly string[]
  return permission === 'public' || granted.includes(permission) || granted.includes(`${permission}:any`)
}

/** Makes something once, when it is first asked for. */
export function remembered<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

/** Whether an answer is a success. */
export function isGood({ status }: Answered): boolean {
  return status >= 200 && status < 300
}
