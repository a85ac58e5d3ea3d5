import { platformError } from '@stoa/kernel'
import type { AnswerTarget, RequestHead } from '../exchange.ts'
import type { Proxied } from '../proxy.ts'
import type { Route } from '../routes/route.ts'
import { recordAnswer } from './answer-recorder.ts'
import type { AnswerStore } from './answer-store.ts'
import { sharedHead } from './shared-head.ts'
import { freshened, isStorable, isUsableOnError, storedAnswer, type StoredAnswer } from './stored-answer.ts'

/** A request with a cacheable response, and how it is forwarded. */
export interface CacheableRequest {
  readonly route: Route
  readonly head: RequestHead
  /** Undefined for a background revalidation. */
  readonly client: AnswerTarget | undefined
  readonly extraHeaders: readonly string[]
  /** Forwards a request to the service; the response goes to the target. */
  readonly forward: (head: RequestHead, target: AnswerTarget, extraHeaders: readonly string[]) => Promise<Proxied>
}

/** The result of a fetch: a shareable response, or undefined if it was private and has already been sent to the client. */
export interface Fetched {
  readonly answer: StoredAnswer | undefined
  readonly proxied: Proxied
}

/** One request in progress to a service, that others wait for. */
export interface Flight {
  readonly path: string
  /** Whether the resource was changed in the meantime, so that the response must not be cached. */
  isVoid: boolean
  readonly landed: Promise<StoredAnswer | undefined>
}

/** The requests in progress, by path and query. */
export type Flights = Map<string, Flight>

/** Requests the service, and lets concurrent requests wait for the result. Throws if there is no response. */
export function leadFlight(
  { store, flights }: { readonly store: AnswerStore; readonly flights: Flights },
  request: CacheableRequest,
  known: StoredAnswer | undefined,
): Promise<Fetched> {
  const { path, search } = request.head
  const { promise: landed, resolve, reject } = Promise.withResolvers<StoredAnswer | undefined>()
  landed.catch(() => {})
  const flight: Flight = { path, isVoid: false, landed }
  flights.set(path + search, flight)
  const end = () => {
    if (flights.get(path + search) === flight) flights.delete(path + search)
  }
  const save = (answer: StoredAnswer) => {
    if (!flight.isVoid) store.save(path, search, answer)
  }
  const fetching = fetchShared(request, known, save).finally(end)
  fetching.then(({ answer, proxied }) => {
    // the current response is private, or the resource is gone
    if (answer === undefined && proxied.status < 500) store.forget(path)
    resolve(answer)
  }, reject)
  return fetching
}

async function fetchShared(
  { route, head, client, extraHeaders, forward }: CacheableRequest,
  known: StoredAnswer | undefined,
  save: (answer: StoredAnswer) => void,
): Promise<Fetched> {
  const askedAtMs = performance.now()
  const asked = sharedHead(head, known?.etag)
  const { target, recorded } = recordAnswer({
    isWanted: (status, headers) => isStorable(status, headers) || (known !== undefined && isForKnown(known, status)),
    client,
    extraHeaders,
  })
  const proxied = await forward(asked, target, []).catch((error: unknown) => {
    // no response will come: waiters for its end, such as its slot, are released
    target.destroy()
    throw error
  })
  const whole = await recorded
  if (whole === 'handed_on') return { answer: undefined, proxied }
  if (whole === 'broken') {
    throw platformError('service.unavailable', `The response of ${route.service} is incomplete.`)
  }
  if (known !== undefined && whole.status >= 500) return { answer: known, proxied }
  const exchanged = { askedAtMs, answeredAtMs: performance.now() }
  const answer =
    known !== undefined && whole.status === 304
      ? freshened(known, whole.headers, asked.headers, exchanged)
      : storedAnswer(whole, asked.headers, exchanged)
  save(answer)
  return { answer, proxied }
}

/** Returns whether a response confirms the cached one, or leaves it as the best available. */
function isForKnown(known: StoredAnswer, status: number): boolean {
  return (status === 304 && known.etag !== undefined) || (status >= 500 && isUsableOnError(known, performance.now()))
}
