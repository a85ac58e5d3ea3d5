import { dataFolderAt, readJson } from '@stoa/supervisor/data-folder'
import { beforeAll, expect, test } from 'vitest'
import { accountOf, type Account } from '../../requests/accounts.ts'
import { doors, goTo } from '../../requests/doors.ts'
import { meanings } from '../../requests/good-bodies.ts'
import { departures, sendAndLeave } from '../../requests/leaving.ts'
import { endsOwnSession } from '../../requests/good-requests.ts'
import { pathOf, declaredRoutes, type DeclaredRoute } from '../../requests/declared-routes.ts'
import { doorOf, forEachAtOnce, headersFor, send, type Sent } from '../../requests/send.ts'
import { takenRequest } from '../../requests/wrong-requests.ts'
import { system } from '../system.ts'

goTo(system)

let admin: Account

beforeAll(async () => {
  admin = await accountOf('admin')
})

/** One that is well-formed: mostly of what is not there, so that it can be sent at any moment and cut off. */
function someRequest(each: DeclaredRoute): Sent {
  const { route } = each
  const taken = takenRequest(each, headersFor(route.method, admin.token), meanings)
  return {
    method: route.method,
    path: pathOf(route, taken.params) + taken.query,
    headers: taken.headers,
    body: taken.body,
  }
}

const atGateway = declaredRoutes.filter((each) => doorOf(each) === doors().gatewayUrl && !endsOwnSession(each))

/** What the gateway counts as in progress, by service. */
async function slotsHeld(): Promise<unknown[]> {
  const ports = await readJson<Record<string, number>>(dataFolderAt(system.home).ports)
  const door = `http://127.0.0.1:${ports?.['gateway.ADMIN_PORT']}`
  const { status, body, text } = await send(door, {
    method: 'GET',
    path: '/admin/upstreams',
    headers: headersFor('GET', admin.token),
  })
  if (status !== 200) throw new Error(`${status} ${text}`)
  const counted = [...body.items, { service: 'streams', slots: body.streams }]
  return counted
    .filter(({ slots }: any) => slots.active > 0 || slots.waiting > 0)
    .map(({ service, slots }: any) => `${service}: ${JSON.stringify(slots)}`)
}

test.each(departures.map((each) => [each.when, each] as const))(
  'clients that leave %s, at every operation, hold no place, and all is served afterwards',
  async (_, departure) => {
    await forEachAtOnce(atGateway, (each) => sendAndLeave(doors().gatewayUrl, someRequest(each), departure))
    await expect.poll(slotsHeld).toEqual([])
    const headers = headersFor('GET', admin.token)
    const reads = [
      '/api/v1/products',
      '/api/v1/orders',
      '/api/v1/payments',
      '/api/v1/shipments',
      '/api/v1/pricing/price-lists',
    ]
    for (const path of reads)
      expect((await send(doors().gatewayUrl, { method: 'GET', path, headers })).status, path).toBe(200)
  },
)
