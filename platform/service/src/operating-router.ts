import { closed } from '@stoa/contract'
import { inputReader, type InputReader } from '@stoa/http'
import { platformError } from '@stoa/kernel'
import type { AdminEndpoint } from '@stoa/kernel/admin'
import { Type } from 'typebox'

/** A request to the operating endpoints of a process. */
export interface OperatingCall {
  readonly method: string
  /** The path behind `/admin/`, still encoded. */
  readonly path: string
  /** The query, without the question mark. */
  readonly search: string
  /** Reads the JSON body; returns undefined if the request has no body. */
  readonly body: () => Promise<unknown>
}

/** The endpoint of a request, and the values of the names in its path. */
export interface MatchedEndpoint {
  readonly endpoint: AdminEndpoint
  readonly params: { readonly [name: string]: string }
}

/** Runs a request that is valid, for example to record it. */
export type AroundEndpoint = (matched: MatchedEndpoint, run: () => Promise<unknown>) => Promise<unknown>

const noQuery = Type.Object({}, closed)

interface Route {
  readonly endpoint: AdminEndpoint
  readonly segments: readonly string[]
  readonly read: InputReader
}

/**
 * Makes the function that answers the requests to operating endpoints.
 * @throws AppError 400, 404 (for an unknown path, or an id that is not there), 422, and those of the endpoint
 */
export function operatingRouter(
  endpoints: readonly AdminEndpoint[],
): (call: OperatingCall, around?: AroundEndpoint) => Promise<unknown> {
  const routes = endpoints.map((endpoint): Route => {
    // the schemas are TypeBox, which the kernel does not know
    const { query = noQuery, body } = endpoint as Parameters<typeof inputReader>[0]
    return { endpoint, segments: endpoint.path.split('/'), read: inputReader({ query, body }) }
  })
  return async ({ method, path, search, body }, around = (_matched, run) => run()) => {
    const segments = segmentsOf(path)
    const route = routes.find((each) => each.endpoint.method === method && paramsOf(each, segments) !== undefined)
    const params = route && paramsOf(route, segments)
    if (route === undefined || params === undefined) throw unknownPath()
    const input = route.read(params, search, method === 'GET' ? undefined : await body())
    const { endpoint } = route
    const answer = await around({ endpoint, params }, () => endpoint.handle(input))
    if (answer === undefined) throw Object.keys(params).length > 0 ? notFound(params) : unknownPath()
    return answer
  }
}

/** The values of the names in braces of a path; undefined if it is another path. */
function paramsOf({ segments }: Route, given: readonly string[]): { readonly [name: string]: string } | undefined {
  if (segments.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, segment] of segments.entries()) {
    const value = given[index] ?? ''
    const [, name] = /^\{(.+)\}$/.exec(segment) ?? []
    if (name === undefined ? segment !== value : value === '') return undefined
    if (name !== undefined) params[name] = value
  }
  return params
}

function unknownPath() {
  return platformError('request.path_unknown', 'There is no endpoint at this path for this method.')
}

function notFound(params: Readonly<Record<string, string>>) {
  const named = Object.entries(params).map(([name, value]) => `${name} ${JSON.stringify(value)}`)
  return platformError('operating.not_found', `There is nothing with ${named.join(' and ')} here.`)
}

/** Returns the segments of a path. @throws AppError 400 if a segment cannot be decoded or contains NUL */
function segmentsOf(path: string): string[] {
  try {
    const segments = path.split('/').map(decodeURIComponent)
    if (!segments.some((segment) => segment.includes('\0'))) return segments
  } catch {
    // no percent-encoding: refused below
  }
  throw platformError('request.malformed', 'The path cannot be decoded.')
}
