import { AppError } from '@stoa/kernel'
import type { AnswerTarget, RequestHead } from '../exchange.ts'
import type { Proxied } from '../proxy.ts'
import type { Route } from '../routes/route.ts'
import { recordAnswer } from './answer-recorder.ts'
import type { AnswerStore } from './answer-store.ts'
import { sharedHead } from './shared-head.ts'
import { freshened, isStorable, isUsableOnError, storedAnswer, type StoredAnswer } from './stored-answer.ts'

/** A request whose answer may be kept, and how it is sent on. */
export interface CacheableRequest {
  readonly route: Route
  readonly head: RequestHead
  /** Undefined when nobody waits: what is kept is renewed. */
  readonly client: AnswerTarget | undefined
  readonly extraHeaders: readonly string[]
  /** Sends a request on to the service; its answer goes to the target. */
  readonly forward: (head: RequestHead, target: AnswerTarget, extraHeaders: readonly string[]) => Promise<Proxied>
}

/** What a fetch brought: an answer for everybody, or none as it was for one, and has gone to the client. */
export interface Fetched {
  readonly answer: StoredAnswer | undefined
  readonly proxied: Proxied
}

/** One request under way to a service, that others wait for. */
export interface Flight {
  readonly path: string
  /** Something there was changed meanwhile: what comes must not be kept. */
  isVoid: boolean
  readonly landed: Promise<StoredAnswer | undefined>
}

/** The requests under way, by path and query. */
export type Flights = Map<string, Flight>

/** Asks the service, and lets whoever asks the same meanwhile wait for what it brings. Throws when nobody answers. */
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
    // what is there now is not for everybody, or is gone
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
    // nothing will come: whoever waits for the end of it, as its place at the service does, is let go
    target.destroy()
    throw error
  })
  const whole = await recorded
  if (whole === 'handed_on') return { answer: undefined, proxied }
  if (whole === 'broken') {
    throw new AppError('unavailable', 'service.unavailable', `The answer of ${route.service} broke off.`)
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

/** Whether an answer says something of the one that is kept: it holds, or is the best there is. */
function isForKnown(known: StoredAnswer, status: number): boolean {
  return (status === 304 && known.etag !== undefined) || (status >= 500 && isUsableOnError(known, performance.now()))
}
