import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { accountOf, newAccount, type Account } from './accounts.ts'
import { meanings } from './good-bodies.ts'
import { changesAccount, endsOwnSession, type GoodRequest } from './good-requests.ts'
import { faultOfProblem } from './problems.ts'
import { randomRequests } from './random-requests.ts'
import type { DeclaredRoute } from './declared-routes.ts'
import { doorOf, forEachAtOnce, send, type Answered, type Sent } from './send.ts'

interface Cases {
  readonly count: number
  readonly seed: number
}

/** How random requests to a route were answered. */
export interface Answers {
  readonly done: number
  readonly refused: number
  /** Whatever was not answered, failed, or was refused without saying why; with the request. */
  readonly failures: readonly string[]
}

/** Sends random requests to a route that are like a good one, always the same for it and a seed. */
export async function answersToRandom(
  each: DeclaredRoute,
  good: GoodRequest,
  { count, seed }: Cases,
): Promise<Answers> {
  const { token } = await senderOf(each, good)
  const parts = { token, ids: good.ids, goodBody: good.sent.body, meanings }
  const requests = fc.sample(randomRequests(each, parts), { seed, numRuns: count })
  const failures: string[] = []
  let [done, refused] = [0, 0]
  await forEachAtOnce(requests, async (sent) => {
    const answer = await answerTo(each, sent)
    const failure = answer instanceof Error ? answer.message : failureOf(answer)
    if (failure !== undefined) failures.push(`${failure}: ${JSON.stringify({ ...sent, body: String(sent.body) })}`)
    else if ((answer as Answered).status >= 400) refused += 1
    else done += 1
  })
  return { done, refused, failures }
}

const mostAttempts = 5
const pauseMs = 2_000

/** Sends a request where clients of the route come to; an error is an answer, too. What a busy machine had no time for is sent again. */
export async function answerTo(each: DeclaredRoute, sent: Sent, attempt = 1): Promise<Answered | Error> {
  const answer = await send(doorOf(each), sent).catch((error: Error) => error)
  if (answer instanceof Error || ![503, 504].includes(answer.status) || attempt === mostAttempts) return answer
  await delay(pauseMs)
  return answerTo(each, sent, attempt + 1)
}

function failureOf(answer: Answered): string | undefined {
  if (answer.status >= 500) return `${answer.status} ${answer.text}`
  return answer.status >= 400 ? faultOfProblem(answer) : undefined
}

/** An account of its own, so that erasing it or ending its sessions affects no other test. */
async function senderOf(each: DeclaredRoute, { caller }: GoodRequest): Promise<Account> {
  if (endsOwnSession(each)) return newAccount('admin')
  return changesAccount(each) ? accountOf('admin') : caller
}
