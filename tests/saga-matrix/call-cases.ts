import { nameOf, type Point } from './definitions.ts'
import type { Answer, Interceptor, Message, SagaCall } from './fault-proxy.ts'
import { undoing, untilAtRest, untilBooksAgree, wayOf } from './journeys.ts'
import { refusal, refusalsOf, unavailable } from './refusals.ts'
import type { Case, World } from './world.ts'

/** Where a call of a saga goes, as the order that went through has shown. */
export interface Target {
  readonly callee: string
  readonly path: string
}

/** What is done to one attempt; attempts count from 1. */
type Fault = (attempt: number, call: SagaCall, forward: () => Promise<Message>) => Promise<Answer>

/** What must come of it. */
type Expected =
  | { readonly end: 'completed' | 'compensated'; readonly reason?: string }
  /** It may not be given up and was refused: an operator has to look at it. */
  | { readonly end: 'stuck' }

interface Trial {
  readonly fault: string
  readonly apply: Fault
  readonly expected: Expected
}

const silence: Answer = 'silence'
const pass: Fault = (_attempt, _call, forward) => forward()
const fail: Fault = async () => unavailable()
const loseRequest: Fault = async () => silence
const loseAnswer: Fault = async (_attempt, _call, forward) => {
  await forward()
  return silence
}
const upTo =
  (attempts: number, fault: Fault): Fault =>
  (attempt, call, forward) =>
    (attempt <= attempts ? fault : pass)(attempt, call, forward)
const enough = 8

/** Refused, failing and unanswered: every way in which a callee that lives cannot do what a saga wants of it. */
export function callCases(point: Point, { callee, path }: Target): Case[] {
  const { saga, step, part } = point
  return trialsOf(point, refusalsOf(callee, path), callee).map(({ fault, apply, expected }) => ({
    saga,
    step: `${step} ${part}`,
    fault,
    run: (world) => tryCall(world, point, apply, expected),
  }))
}

function trialsOf({ mustHold, attempts, part }: Point, codes: readonly string[], callee: string): Trial[] {
  const succeeds: Expected = { end: part === 'compensation' ? 'compensated' : 'completed' }
  const refused = (code: string): Trial => ({
    fault: `refuses ${code}`,
    // Each attempt: an answer is lost if another case cuts the connection that both share.
    apply: async () => refusal(callee, code),
    expected: mustHold ? { end: 'stuck' } : { end: 'compensated', reason: code },
  })
  const once: Trial[] = [
    { fault: 'fails once', apply: upTo(1, fail), expected: succeeds },
    { fault: 'times out once, request lost', apply: upTo(1, loseRequest), expected: succeeds },
    { fault: 'times out once, answer lost', apply: upTo(1, loseAnswer), expected: succeeds },
  ]
  const isTriedOn = mustHold || (attempts ?? 0) > enough
  const often: Trial[] = isTriedOn
    ? [{ fault: `fails ${enough} times`, apply: upTo(enough, fail), expected: succeeds }]
    : [
        { fault: 'fails for good', apply: fail, expected: { end: 'compensated' } },
        { fault: 'times out for good, requests lost', apply: loseRequest, expected: { end: 'compensated' } },
        { fault: 'times out for good, answers lost', apply: loseAnswer, expected: { end: 'compensated' } },
      ]
  const cut: Trial = { fault: 'cuts the connection once', apply: upTo(1, async () => 'cut'), expected: succeeds }
  return [...(mustHold ? codes.slice(0, 1) : codes).map(refused), ...once, cut, ...often]
}

async function tryCall(world: World, point: Point, apply: Fault, expected: Expected): Promise<string> {
  let attempt = 0
  let isRetriedByOperator = false
  const inner: Interceptor = async (call, forward) => {
    if (call.saga !== point.saga || call.step !== point.step || call.part !== point.part) return forward()
    attempt += 1
    world.tried.add(nameOf(point))
    if (isRetriedByOperator) return forward()
    return apply(attempt, call, forward)
  }
  const isUndone = point.part === 'compensation'
  const way = wayOf(point.saga)
  const ready = await way.prepare(world, world.buyer)
  const journey = await ready.start(isUndone ? undoing(world, point.saga, inner) : inner)
  const state = await untilAtRest(world, journey)
  if (attempt === 0) throw new Error(`${nameOf(point)} was never called`)
  if (expected.end === 'stuck') {
    if (state['state'] !== 'stuck') throw new Error(`the saga is ${state['state']} instead of stuck`)
    isRetriedByOperator = true
    await retryStuck(world, state['id'])
  }
  const end = expected.end === 'stuck' ? (isUndone ? 'compensated' : 'completed') : expected.end
  const told = await mustEnd(world, journey, {
    end,
    isUndone,
    reason: 'reason' in expected ? expected.reason : undefined,
  })
  return expected.end === 'stuck' ? `stuck; retried by an operator: ${told}` : told
}

interface End {
  readonly end: 'completed' | 'compensated'
  /** The undoing was the case's own wish, not the fault's. */
  readonly isUndone: boolean
  readonly reason?: string | undefined
}

/** Waits for the end that a saga must come to, and for all services to agree on it. */
export async function mustEnd(
  world: World,
  journey: Parameters<typeof untilAtRest>[1],
  { end, isUndone, reason }: End,
): Promise<string> {
  const { state, reason: why } = await untilAtRest(world, journey)
  if (state !== end) throw new Error(`the saga is ${state} (${String(why)}) instead of ${end}`)
  const became = await untilBooksAgree(world, journey)
  const way = wayOf(journey.saga)
  const isRejected = journey.saga === 'order-fulfilment' && end === 'compensated' && !isUndone
  const wanted = isRejected ? 'rejected' : way[end]
  if (became.status !== wanted) throw new Error(`the order is ${became.status} instead of ${wanted}`)
  if (isRejected && reason !== undefined && became.reason !== reason)
    throw new Error(`the order was rejected for ${became.reason} instead of ${reason}`)
  return isRejected ? `rejected (${became.reason})` : became.status
}

/** What an operator does about a stuck saga. */
export async function retryStuck(world: World, sagaId: string): Promise<void> {
  const { shop, driverUrl } = world
  const path = `/admin/sagas/${encodeURIComponent(sagaId)}/retry`
  const { status, body } = await shop.ask('POST', path, { as: shop.admin, at: driverUrl })
  if (status !== 200) throw new Error(`retry answered ${status} ${JSON.stringify(body)}`)
}

/** Lets one saga of each kind go through, and one be undone; answers where its calls went. */
export async function learnTargets(world: World, saga: string): Promise<ReadonlyMap<string, Target>> {
  const targets = new Map<string, Target>()
  const watch: Interceptor = (call, forward) => {
    if (call.saga === saga) targets.set(`${saga} ${call.step} ${call.part}`, call)
    return forward()
  }
  const way = wayOf(saga)
  const through = await (await way.prepare(world, world.buyer)).start(watch)
  await mustEnd(world, through, { end: 'completed', isUndone: false })
  if (way.undo !== 'cancel') return targets
  const undone = await (await way.prepare(world, world.buyer)).start(undoing(world, saga, watch))
  await mustEnd(world, undone, { end: 'compensated', isUndone: true })
  return targets
}
