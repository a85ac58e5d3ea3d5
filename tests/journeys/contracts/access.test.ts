import { isDeepStrictEqual } from 'node:util'
import type { Role } from '@stoa/contracts/auth/roles'
import { beforeAll, expect, test } from 'vitest'
import { accountOf, accountRoles, grants, newAccount, remembered, type Account } from '../../requests/accounts.ts'
import { meanings } from '../../requests/good-bodies.ts'
import { goodRequest, makerOf, thingsOf, type GoodRequest } from '../../requests/good-requests.ts'
import { orderAhead } from '../../requests/makers.ts'
import { goTo } from '../../requests/doors.ts'
import { faultOfProblem } from '../../requests/problems.ts'
import { isOperation, pathOf, readOf, declaredRoutes, type DeclaredRoute } from '../../requests/declared-routes.ts'
import { doorOf, forEachAtOnce, headersFor, ownDoorOf, send, type Answered, type Sent } from '../../requests/send.ts'
import type { Node } from '../../requests/valid-values.ts'
import { takenRequest } from '../../requests/wrong-requests.ts'
import { system } from '../system.ts'

goTo(system)

const outside = declaredRoutes.filter(({ route }) => route.permission !== 'public')

/** What does nothing even where it is allowed: names what is not there, and asks what is not understood. */
function idleRequest(each: DeclaredRoute, token: string | undefined): Sent {
  const { route } = each
  const { params, headers } = takenRequest(each, headersFor(route.method, token), meanings)
  const query = route.query === undefined ? '' : '?unheardOf=1'
  const body = route.method === 'GET' ? undefined : '{"unheardOf":1}'
  return { method: route.method, path: pathOf(route, params) + query, headers, body }
}

function faultOfAccess({ route }: DeclaredRoute, role: Role | undefined, answer: Answered): string | undefined {
  const { status, text, headers } = answer
  const declaredRoutes = `${status} ${text.slice(0, 200)}`
  if (status >= 500) return declaredRoutes
  if (status >= 400) {
    const fault = faultOfProblem(answer)
    if (fault !== undefined) return fault
  }
  if (role === undefined)
    return status === 401 && String(headers['www-authenticate']).startsWith('Bearer') ? undefined : declaredRoutes
  return grants(role, route.permission) === (status !== 401 && status !== 403) ? undefined : declaredRoutes
}

beforeAll(() => orderAhead(3))

test('there is something to keep out of', () => {
  expect(outside.length).toBeGreaterThan(70)
  expect(accountRoles.length).toBeGreaterThan(6)
})

test.each([...accountRoles, undefined])(
  '%s may do what the table of roles says, at both doors, and no more',
  async (role) => {
    const account = role === undefined ? undefined : await newAccount(role)
    const faults: string[] = []
    await forEachAtOnce(outside, async (each) => {
      for (const door of [doorOf(each), ownDoorOf(each.service.name)]) {
        const answer = await send(door, idleRequest(each, account?.token))
        const fault = faultOfAccess(each, role, answer)
        if (fault !== undefined) faults.push(`${each.at} at ${door}: ${fault}`)
      }
    })
    expect(faults).toEqual([])
  },
)

test('a token that is forged, cut or another’s opens nothing', async () => {
  const { token } = await accountOf('admin')
  const [head = '', claims = '', signature = ''] = token.split('.')
  const nobody = Buffer.from('{"alg":"none"}').toString('base64url')
  const bad = [
    `${nobody}.${claims}.`,
    `${head}.${claims}.`,
    `${head}.${claims}.${signature.slice(1)}A`,
    'x',
    `${token}x`,
  ]
  const faults: string[] = []
  await forEachAtOnce(outside, async (each) => {
    for (const each2 of bad) {
      const { status, body } = await send(doorOf(each), idleRequest(each, each2))
      if (status !== 401 || body.code !== 'auth.token_invalid') faults.push(`${each.at}: ${status} ${body?.code}`)
    }
  })
  expect(faults).toEqual([])
})

/** Routes to a thing of somebody: customers may use them, or they say an owner; but public ones, which are nobody's. */
const owned = outside.filter(
  ({ route }) => route.path.includes('{') && (route.owner !== 'none' || grants('customer', route.permission)),
)

test('everything that a path can name can be made', () => {
  const things = new Set(declaredRoutes.flatMap(({ route }) => thingsOf(route.path)))
  expect([...things].filter((thing) => makerOf(thing) === undefined)).toEqual([])
})

const guest = remembered(() => newAccount('guest'))

test.each(owned.map((each) => [each.at, each] as const))('%s: nobody gets at what is another’s', async (_, each) => {
  const { route } = each
  const good = await goodRequest(each)
  const faults: string[] = []
  const attempt = async (who: string, account: Account | undefined, statuses: readonly number[]) => {
    const { authorization: _none, ...headers } = good.sent.headers ?? {}
    const attacking = {
      ...headersFor(route.method, account?.token),
      ...headers,
      'idempotency-key': crypto.randomUUID(),
    }
    const answer = await send(doorOf(each), { ...good.sent, headers: attacking })
    const fault = statuses.includes(answer.status) ? faultOfProblem(answer) : `${answer.status} ${answer.text}`
    if (fault !== undefined) faults.push(`${who}: ${fault.slice(0, 300)}`)
    for (const secret of [good.owner.id, good.owner.email]) {
      const named = answer.text.replaceAll(good.sent.path, '')
      if (answer.text !== '' && named.includes(secret)) faults.push(`${who} is told ${secret}: ${answer.text}`)
    }
  }
  const may = (role: Role) => (grants(role, route.permission) ? [404] : [403])
  const attemptAll = async () => {
    await attempt(
      'another customer',
      await accountOf('customer').then((known) => other(known, good.owner)),
      may('customer'),
    )
    await attempt('a guest', await guest(), may('guest'))
    await attempt('nobody', undefined, [401])
    for (const role of ['analyst', 'support', 'staff', 'manager'] as const) {
      const reachesAll = grants(role, `${route.permission}:any`)
      if (!reachesAll) await attempt(role, await accountOf(role), may(role))
    }
  }
  // a message or points of an earlier order may arrive in between, but not each time
  const states: [unknown, unknown][] = []
  do {
    const before = await seenByOwner(each, good)
    await attemptAll()
    expect(faults).toEqual([])
    states.push([await seenByOwner(each, good), before])
  } while (states.length < 5 && !isDeepStrictEqual(states.at(-1)?.[0], states.at(-1)?.[1]))
  const [after, before] = states.at(-1) ?? []
  expect(after).toEqual(before)
  const own = await send(doorOf(each), good.sent)
  expect(own.status, `${good.sent.path} for its owner: ${own.text}`).toBeLessThan(300)
})

const anotherCustomer = remembered(() => newAccount('customer'))

async function other(known: Account, owner: Account): Promise<Account> {
  return known.id === owner.id ? anotherCustomer() : known
}

/** What the owner reads at the path of the thing, or of what is above it. */
async function seenByOwner(each: DeclaredRoute, { sent, owner }: GoodRequest): Promise<unknown> {
  const template = each.route.path.split('/')
  const path = (sent.path.split('?')[0] ?? '').split('/')
  for (let length = template.length; length > 0; length--) {
    const at = template.slice(0, length).join('/')
    if (!isOperation(each) || readOf(each.service, at) === undefined) continue
    const { status, body } = await send(doorOf(each), {
      method: 'GET',
      path: path.slice(0, length).join('/'),
      headers: headersFor('GET', owner.token),
    })
    if (status === 200) return body
  }
  return undefined
}

const lists = outside.filter(
  ({ route }) => route.method === 'GET' && !route.path.includes('{') && grants('customer', route.permission),
)

test.each(lists.map((each) => [each.at, each] as const))('%s: tells nobody of another’s', async (_, each) => {
  const [ada, eve] = await Promise.all([accountOf('customer'), anotherCustomer()])
  const headers = headersFor('GET', eve.token)
  const fields = Object.entries((each.route.query?.properties ?? {}) as Record<string, Node>)
  const ofUser = fields
    .filter(([, { description }]) => description === 'id of user')
    .map(([name]) => `?${name}=${ada.id}`)
  for (const query of ['', ...ofUser]) {
    const answer = await send(doorOf(each), { method: 'GET', path: each.route.path + query, headers })
    const told = answer.text.replaceAll(query.slice(1), '')
    expect(told, `${each.route.path}${query}`).not.toContain(ada.id)
    expect(answer.status === 200 ? answer.body.items : [], `${each.route.path}${query}`).toSatisfy(
      (items: unknown[]) => query === '' || items.length === 0,
    )
  }
})

const staffReads = owned.filter(({ route }) => route.method === 'GET')

test.each(staffReads.map((each) => [each.at, each] as const))(
  '%s: who may see everybody’s sees it',
  async (_, each) => {
    const { sent } = await goodRequest(each)
    for (const role of ['support', 'staff', 'manager', 'admin'] as const) {
      if (!grants(role, `${each.route.permission}:any`)) continue
      const { token } = await accountOf(role)
      const answer = await send(doorOf(each), { ...sent, headers: { ...sent.headers, ...headersFor('GET', token) } })
      expect(answer.status, `${role}: ${answer.text}`).toBe(200)
    }
  },
)
