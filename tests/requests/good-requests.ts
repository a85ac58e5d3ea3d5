import { accountOf, ask, callerOf, grants, newCustomer, type Account } from './accounts.ts'
import { goodBody, meanings, type About } from './good-bodies.ts'
import {
  declaredRoutes,
  isConditional,
  isOperation,
  operations,
  parametersOf,
  pathOf,
  type DeclaredRoute,
} from './declared-routes.ts'
import { makers, type Make } from './makers.ts'
import { doorOf, headersFor, send, type Sent } from './send.ts'
import { uploadOf } from './uploads.ts'
import { takenRequest } from './wrong-requests.ts'

/** A request that is to succeed, made together with all that it needs. */
export interface GoodRequest {
  readonly sent: Sent
  readonly owner: Account
  /** Who sends it: the owner, or where customers may not, an admin. */
  readonly caller: Account
  readonly ids: readonly string[]
}

/** The things that a path goes through, as paths with empty braces: what is above comes first. */
export function thingsOf(path: string): string[] {
  const parts = path.replaceAll(/\{[^}]+\}/g, '{}').split('{}')
  return parts.slice(0, -1).map((_, index) => `${parts.slice(0, index + 1).join('{}')}{}`)
}

/** The example of the contract that names a thing, if there is one. */
function exampleOf(thing: string): string | undefined {
  return declaredRoutes
    .filter(({ route }) => thingsOf(route.path).at(-1) === thing)
    .map(({ at, service, route }) => {
      const { params } = service.examples[at.slice(service.name.length + 1)] ?? {}
      return params?.[parametersOf(route.path).at(-1) ?? '']
    })
    .find((name) => name !== undefined)
}

/** What makes a thing: by hand, the example of the contract, or the POST to its collection. */
export function makerOf(thing: string): Make | undefined {
  const byHand = makers[thing]
  if (byHand !== undefined) return byHand
  const named = exampleOf(thing)
  if (named !== undefined) return async () => named
  const collection = thing.replace(/\/\{\}$/, '')
  const create = operations.find(
    ({ route }) => route.method === 'POST' && route.path.replaceAll(/\{[^}]+\}/g, '{}') === collection,
  )
  if (create === undefined) return undefined
  return async (owner, above) => {
    const caller = grants('customer', create.route.permission) ? owner : await accountOf('admin')
    if (uploadOf(create) !== undefined) return upload(create, caller, above)
    const body = await goodBody(create, { owner, ids: above })
    const path = pathOf(create.route, paramsOf(create, above))
    const made = await ask('POST', path, caller, body)
    return made.id ?? made.sku
  }
}

async function upload(create: DeclaredRoute, caller: Account, above: readonly string[]): Promise<string> {
  const { headers, body, query } = takenRequest(create, headersFor('POST', caller.token), meanings)
  const path = pathOf(create.route, paramsOf(create, above)) + query
  const made = await send(doorOf(create), { method: 'POST', path, headers, body })
  if (made.status !== 201) throw new Error(`POST ${path}: ${made.status} ${made.text}`)
  return made.body.id
}

function bodyFor(each: DeclaredRoute, about: About, taken: unknown): unknown {
  if (uploadOf(each) !== undefined) return taken
  return isOperation(each) ? goodBody(each, about) : undefined
}

function paramsOf({ route }: DeclaredRoute, ids: readonly string[]): Record<string, string> {
  return Object.fromEntries(parametersOf(route.path).map((name, index) => [name, ids[index] ?? '']))
}

/** Makes what is at the path of a route for an owner, and says its ids from left to right. */
async function makeThings({ at, route }: DeclaredRoute, owner: Account): Promise<string[]> {
  const things = thingsOf(route.path)
  const ids: string[] = []
  for (const [index, thing] of things.entries()) {
    const make = (index === things.length - 1 ? makers[at] : undefined) ?? makerOf(thing)
    if (make === undefined)
      throw new Error(`add an example of ${thing} to the contract, or say in good-requests.ts how to make it`)
    ids.push(await make(owner, ids))
  }
  return ids
}

// a passkey is made with the password of its account, which sign-ins with wrong passwords lock
const ofAccount: readonly unknown[] = ['/api/v1/users/{}', '/api/v1/users/{}/passkeys/{}']

/** Whether it may end or change the account itself, which is then one that nothing else needs. */
export function changesAccount({ route }: DeclaredRoute): boolean {
  const isOfAccount = ofAccount.includes(thingsOf(route.path).at(-1)) || route.permission === 'session:manage'
  return route.method !== 'GET' && isOfAccount
}

/** Whether it ends the session that it is sent in. */
export function endsOwnSession({ route }: DeclaredRoute): boolean {
  return route.permission === 'session:manage' && !route.path.includes('{')
}

/** A request that is to succeed: the thing it is about, in the state it needs, and a body. */
export async function goodRequest(each: DeclaredRoute, owner?: Account): Promise<GoodRequest> {
  const { route } = each
  const someone = owner ?? (changesAccount(each) ? await newCustomer() : await accountOf('customer'))
  const caller = await callerOf(each, someone)
  const ids = await makeThings(each, someone)
  const taken = takenRequest(each, headersFor(route.method, caller.token), meanings)
  const path = pathOf(route, paramsOf(each, ids))
  const body = await bodyFor(each, { owner: someone, ids }, taken.body)
  const headers = isConditional(each)
    ? { ...taken.headers, 'if-match': await etagOf(each, path, caller) }
    : taken.headers
  return { sent: { method: route.method, path: path + taken.query, headers, body }, owner: someone, caller, ids }
}

/** The ETag of what is at a path, as it is read now. */
export async function etagOf(each: DeclaredRoute, path: string, caller: Account): Promise<string> {
  const { status, headers } = await send(doorOf(each), {
    method: 'GET',
    path,
    headers: headersFor('GET', caller.token),
  })
  const { etag } = headers
  if (typeof etag !== 'string') throw new Error(`${each.at}: ${path} is read with ${status} and no ETag`)
  return etag
}
