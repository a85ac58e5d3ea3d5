import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contractSeed } from '../../config.ts'
import { accountOf, callerOf, isGood, remembered, type Account } from '../../requests/accounts.ts'
import { goTo } from '../../requests/doors.ts'
import { answerTo, answersToRandom } from '../../requests/failures.ts'
import { meanings } from '../../requests/good-bodies.ts'
import { endsOwnSession, goodRequest } from '../../requests/good-requests.ts'
import { orderAhead } from '../../requests/makers.ts'
import { faultOf, faultOfProblem } from '../../requests/problems.ts'
import { outOfReach } from './out-of-reach.ts'
import { faultsOfExpecting, faultsOfRepeats, faultsOfStaleness } from './repeats.ts'
import {
  isConditional,
  isOperation,
  declaredRoutes,
  services,
  type DeclaredRoute,
} from '../../requests/declared-routes.ts'
import { doorOf, forEachAtOnce, headersFor, send, type Sent } from '../../requests/send.ts'
import { system } from '../system.ts'
import { countsByRoute, routeKey, type Count, type Counts } from './served.ts'
import { uploadOf, uploadsAtOnce } from '../../requests/uploads.ts'
import { takenRequest, wrongRequestsOf, type WrongRequest } from '../../requests/wrong-requests.ts'

goTo(system)

// as many as there is time for; `npm run fuzz` sends more
const count = 6
const seed = contractSeed()
let admin: Account
let before: Counts

beforeAll(async () => {
  admin = await accountOf('admin')
  before = await countsByRoute(services)
  await orderAhead(6)
})

afterAll(() => {
  process.stdout.write(`contracts: ${count} random requests an operation, CONTRACT_SEED=${seed}\n`)
})

describe.each(declaredRoutes.map((each) => [each.at, each] as const))('%s', (_, each) => {
  const { route } = each
  const good = remembered(() => goodRequest(each))

  test('refuses what is wrong, and says where', async () => {
    const { token } = await callerOf(each, admin)
    const taken = takenRequest(each, headersFor(route.method, token), meanings)
    const faults: string[] = []
    const width = uploadOf(each) === undefined ? undefined : uploadsAtOnce
    const tryOut = async (wrong: WrongRequest) => {
      const answer = await answerTo(each, { ...wrong, method: route.method })
      const fault = answer instanceof Error ? answer.message : faultOf(answer, wrong)
      if (fault !== undefined) faults.push(`${wrong.what}: ${fault}`)
    }
    await forEachAtOnce(wrongRequestsOf(each, taken, meanings), tryOut, width)
    expect(faults).toEqual([])
  })

  test('then does what it is for, once for its key and only to what was read', async () => {
    const { sent } = await good()
    const stale = await faultsOfVersion(each, sent)
    // what ends the session that it is sent in is refused to a repeat as soon as the gateway has heard of it
    const keyed =
      isOperation(each) && route.method !== 'GET' && each.route.idempotencyKey !== 'none' && !endsOwnSession(each)
    const faults =
      keyed && outOfReach[each.at] === undefined ? await faultsOfRepeats(each, sent) : await faultsOfOne(each, sent)
    expect([...stale, ...faults]).toEqual([])
  })

  test('fails at nothing that comes', async () => {
    const { failures } = await answersToRandom(each, await good(), { count, seed })
    expect(failures, `CONTRACT_SEED=${seed}`).toEqual([])
  })
})

async function faultsOfVersion(each: DeclaredRoute, sent: Sent): Promise<string[]> {
  if (isConditional(each)) return faultsOfStaleness(each, sent)
  const isWrite = isOperation(each) && each.route.effect === 'write' && outOfReach[each.at] === undefined
  return isWrite ? faultsOfExpecting(each, sent) : []
}

async function faultsOfOne(each: DeclaredRoute, sent: Sent): Promise<string[]> {
  const answer = await send(doorOf(each), sent)
  const why = outOfReach[each.at]
  if (why !== undefined) {
    const fault = faultOfProblem(answer)
    return fault === undefined ? [] : [`${why}, and yet: ${fault}`]
  }
  if (!isGood(answer)) return [`${sent.method} ${sent.path}: ${answer.status} ${answer.text}`]
  return sent.method === 'GET' ? faultsOfUnchanged(each, sent, answer.headers.etag) : []
}

/** What is read again with its ETag has not changed; where it has meanwhile, the next ETag counts. */
async function faultsOfUnchanged(each: DeclaredRoute, sent: Sent, etag: unknown, attempts = 10): Promise<string[]> {
  if (typeof etag !== 'string') return []
  const again = await send(doorOf(each), { ...sent, headers: { ...sent.headers, 'if-none-match': etag } })
  if (again.status === 304 && again.text === '') return []
  const isChanged = again.status === 200 && again.headers.etag !== etag
  if (isChanged && attempts > 1) return faultsOfUnchanged(each, sent, again.headers.etag, attempts - 1)
  return [`If-None-Match ${etag}: ${again.status}`]
}

function takesInput({ route }: DeclaredRoute): boolean {
  return route.query !== undefined || route.path.includes('{')
}

test('every operation was reached: refused requests, and done what it is for', async () => {
  const after = await countsByRoute(services)
  const missing = declaredRoutes.flatMap((each) => {
    const key = routeKey(each)
    const since = (kind: keyof Count) => (after.get(key)?.[kind] ?? 0) - (before.get(key)?.[kind] ?? 0)
    const isDone = since('good') > 0 || outOfReach[each.at] !== undefined
    // what takes no input at all can only be read
    const isRefused = since('refused') > 0 || (each.route.method === 'GET' && !takesInput(each))
    return isRefused && isDone ? [] : [{ at: each.at, before: before.get(key), after: after.get(key) }]
  })
  expect(missing).toEqual([])
})
