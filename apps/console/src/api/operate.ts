import type { OperatingAnswer, OperatingEndpoint, OperatingRequest } from '@stoa/contract'
import { RestConnectionError } from '@stoa/rest'
import { problemOf } from './problem.ts'
import { appHeaders } from './session.ts'

/** What is sent to an endpoint: the parts that it declares. */
type Sent<E extends OperatingEndpoint> = {
  readonly [
    Part in keyof OperatingRequest<E> as OperatingRequest<E>[Part] extends undefined ? never : Part
  ]: OperatingRequest<E>[Part]
} & { readonly signal?: AbortSignal }

interface Loose {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: object
  readonly signal?: AbortSignal
}

/** Calls an operating endpoint of a service through the gateway, with the types that it declares. @throws RestProblem, RestConnectionError */
export async function operate<E extends OperatingEndpoint>(
  service: string,
  { method, path }: E,
  request: Partial<Sent<E>> = {},
): Promise<OperatingAnswer<E>> {
  const { params = {}, query = {}, body, signal } = request as Loose
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const title = `${method} ${service}/${path}`
  const json = body === undefined ? {} : { 'content-type': 'application/json' }
  const sent = await fetch(`/api/v1/ops/${service}/${filled}${searchOf(query)}`, {
    method,
    headers: { ...appHeaders, ...json },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: signal ?? null,
  }).catch((error: unknown) => {
    signal?.throwIfAborted()
    throw new RestConnectionError(title, error)
  })
  if (!sent.ok) throw await problemOf(title, sent)
  return (await sent.json()) as OperatingAnswer<E>
}

/** The query with its question mark; a list repeats its name, and what is undefined is left out. */
export function searchOf(query: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((each) => each !== undefined && each !== '')
      .map((each) => [name, String(each)]),
  )
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`
}
