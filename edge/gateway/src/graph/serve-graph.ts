import type { Service } from '@stoa/contract'
import { platformError } from '@stoa/kernel'
import type { Logger } from '@stoa/telemetry'
import { readBody } from '../body.ts'
import type { RequestHead } from '../exchange.ts'
import { forwardPart, type Admitted, type Pipeline } from '../pipeline.ts'
import type { Route } from '../routes/route.ts'
import { clientHasLeft } from '../upstream/slot.ts'
import { askServices } from './ask-services.ts'
import { followService } from './follow-service.ts'
import { graphHandler, type GraphResults } from './graph-handler.ts'
import { responseType } from './http-form.ts'
import { serveAggregate } from './serve-aggregate.ts'
import { readWaves } from './waves.ts'
import type { IncomingMessage, ServerResponse } from 'node:http'

interface GraphOptions {
  readonly pipeline: Pipeline
  readonly services: readonly Service[]
  readonly isIntrospected: boolean
  readonly logger: Logger
}

/** A request for the graph that has been admitted. */
export interface GraphRequest extends Admitted {
  readonly route: Route
  readonly head: RequestHead
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** A response of the graph, whole. */
export interface GraphAnswer {
  readonly status: number
  readonly headers: readonly string[]
  readonly body: Buffer
}

/** Answers requests for the graph. Each throws the error of a request that does not get as far as a query. */
export interface ServeGraph {
  /** `/graphql` */
  readonly query: (asked: GraphRequest) => Promise<GraphAnswer | GraphResults>
  /** An operation of the contract that is a query of the graph, such as `getHome`. */
  readonly aggregate: (asked: GraphRequest) => Promise<GraphAnswer>
}

/** The longest that a query may take, with all its levels. */
const queryTimeoutMs = 10_000

/** Makes what answers `/graphql`. This module loads GraphQL, so it is imported with the first request. */
export function serveGraph({ pipeline, services, isIntrospected, logger }: GraphOptions): ServeGraph {
  const handler = graphHandler({ services, isIntrospected, logger })
  const byName = new Map(services.map((service) => [service.name, service]))

  /** What the resolvers of one request use. */
  function begin({ route, head, principal, response }: GraphRequest) {
    // while the libraries were loaded, for instance
    if (response.destroyed) throw clientHasLeft()
    const left = new AbortController()
    response.once('close', () => left.abort(clientHasLeft()))
    const send = askServices({
      services: byName,
      route,
      head,
      principal,
      deadlineMs: Date.now() + queryTimeoutMs,
      forward: ({ deadlineMs, ...part }) => forwardPart(pipeline, { ...part, latestMs: deadlineMs }),
      take: async () => pipeline.limits.take(route, principal, head.address),
      signal: left.signal,
    })
    const callerId = principal.kind === 'user' ? principal.subject : undefined
    const follow = followService({
      services: byName,
      route,
      head,
      principal,
      forward: (part) => forwardPart(pipeline, { ...part, body: undefined }),
      signal: left.signal,
    })
    return { context: { load: readWaves(send), follow, callerId }, signal: left.signal }
  }

  return {
    async query(asked) {
      const { route, head, request } = asked
      refuseBadToken(asked)
      const begun = begin(asked)
      const body = await readBody(request, route.bodyLimitBytes)
      if (head.method === 'POST' && !isJson(head.headers['content-type'])) {
        throw platformError('request.media_type_unsupported', 'The body must be application/json.')
      }
      const mediaType = responseType(head.headers.accept)
      if (mediaType === undefined) return { status: 406, headers: ['cache-control', 'no-store'], body: Buffer.alloc(0) }
      const method = head.method === 'HEAD' ? 'GET' : head.method
      const text = body === undefined ? '' : body.toString()
      const answer = await handler.answer({ ...begun, method, search: head.search, body: text, mediaType })
      if ('results' in answer) return answer
      const headers = ['content-type', `${answer.mediaType}; charset=utf-8`, 'cache-control', 'no-store']
      return { status: answer.status, headers, body: Buffer.from(answer.body) }
    },
    async aggregate(asked) {
      refuseBadToken(asked)
      const begun = begin(asked)
      return serveAggregate({
        name: asked.route.name,
        path: asked.head.path,
        isSignedIn: asked.principal.kind === 'user',
        run: (query, variables) => handler.run({ ...begun, query, variables }),
        logger,
      })
    },
  }
}

/** On a public route a token that is not valid counts as none, but a client that sends one expects more than what is public. */
function refuseBadToken({ principal, head }: GraphRequest): void {
  if (principal.kind !== 'anonymous' || head.headers.authorization === undefined) return
  throw platformError('auth.token_invalid', 'The access token is not valid.')
}

function isJson(type: string | undefined): boolean {
  const [media = '', ...parameters] = (type ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  const isUtf8 = parameters.every((part) => !part.startsWith('charset=') || /^charset="?utf-8"?$/.test(part))
  return media === 'application/json' && isUtf8
}
