import type { IncomingMessage, ServerResponse } from 'node:http'
import { socketProtocol, type Service } from '@stoa/contract'
import type { Administer } from '../admin/administer.ts'
import { readOperatingBody } from '@stoa/service'
import type { Logger } from '@stoa/telemetry'
import { sendWhole } from '../compression/send-whole.ts'
import type { RequestHead } from '../exchange.ts'
import { forwardPart, passThrough, type Admitted, type Pipeline } from '../pipeline.ts'
import type { Proxied } from '../proxy.ts'
import type { Route } from '../routes/route.ts'
import { withAdded } from '../upstream/response-head.ts'
import type { ServeGraph } from '../graph/serve-graph.ts'
import type { SocketTickets } from '../sockets/tickets.ts'
import { personalDataExport, type PartRequest } from './export-personal-data.ts'
import { auditList } from './list-audit.ts'
import { operationOf } from './operate.ts'

interface OwnOptions {
  readonly pipeline: Pipeline
  /** Those that are served now. */
  readonly services: () => readonly Service[]
  /** Those whose contracts the graph is made from. */
  readonly system: readonly Service[]
  readonly administer: Administer
  /** Whether clients may read the schema of the graph. */
  readonly isIntrospected: boolean
  readonly logger: Logger
  readonly tickets: SocketTickets
}

interface Passing extends Admitted {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly extraHeaders: readonly string[]
}

/** Handles an admitted request to a route of the gateway itself. */
export type AnswerOwn = (route: Route, head: RequestHead, passing: Passing) => Promise<Proxied>

interface Asked {
  readonly route: Route
  readonly head: RequestHead
  readonly principal: Passing['principal']
}

/** Sends what was collected from several services. */
function collected(collect: (asked: Asked) => Promise<Whole>): AnswerOwn {
  return async (route, head, passing) => {
    const answer = await collect({ route, head, principal: passing.principal })
    send(head, passing, answer)
    return { status: answer.status, instance: undefined, attempts: 0 }
  }
}

/** Makes the handler of the routes of the gateway itself: the graph, the export of personal data, and the operating endpoints of each service. */
export function ownAnswers({ pipeline, services, system, administer, tickets, ...rest }: OwnOptions): AnswerOwn {
  const named = () => pipeline.upstreams.all().map(({ service }) => service)
  const askPart = (part: PartRequest) => forwardPart(pipeline, { ...part, body: undefined })
  const exportData = collected(personalDataExport({ services, limits: pipeline.limits, forward: askPart }))
  const listAudit = collected(auditList({ services: () => new Set(named()), forward: askPart }))
  const createTicket = collected(async ({ head: { headers } }) => socketTicket(tickets, headers.authorization))
  const operated = () => new Set(['gateway', ...named()])

  async function operate(route: Route, head: RequestHead, passing: Passing): Promise<Proxied> {
    const operation = operationOf(route, head, operated())
    if (operation.route.service !== 'gateway') {
      // a reconciliation is silent for longer than a client may be
      passing.request.socket.setTimeout(route.timeoutMs)
      return passThrough(pipeline, operation.route, operation.head, passing)
    }
    const { path, search, method } = operation.head
    const answer = await administer({
      principal: passing.principal,
      method,
      path: path.slice('/admin/'.length),
      search: search.slice(1),
      body: () => readOperatingBody(passing.request),
    })
    const body = Buffer.from(JSON.stringify(answer))
    send(head, passing, {
      status: 200,
      headers: ['content-type', 'application/json', 'cache-control', 'no-store'],
      body,
    })
    return { status: 200, instance: undefined, attempts: 0 }
  }

  let graph: Promise<ServeGraph> | undefined

  async function query(route: Route, head: RequestHead, passing: Passing): Promise<Proxied> {
    // its libraries take memory and time, so they are loaded with the first query
    graph ??= import('../graph/serve-graph.ts').then(({ serveGraph }) =>
      serveGraph({ pipeline, services: system, ...rest }),
    )
    const serve = await graph
    const asked = { ...passing, route, head }
    const answer = await (route.name === 'query' ? serve.query(asked) : serve.aggregate(asked))
    if ('results' in answer) {
      const { rate, extraHeaders, response } = passing
      const { sendEvents } = await import('../graph/send-events.ts')
      await sendEvents(
        response,
        [...extraHeaders, 'ratelimit-policy', rate.policy, 'ratelimit', rate.limit],
        answer.results,
      )
      return { status: 200, instance: undefined, attempts: 0 }
    }
    send(head, passing, answer)
    return { status: answer.status, instance: undefined, attempts: 0 }
  }

  return (route, head, passing) => {
    if (route.group === 'graph') return query(route, head, passing)
    if (route.name === 'createSocketTicket') return createTicket(route, head, passing)
    if (route.name === 'listAudit') return listAudit(route, head, passing)
    return route.name === 'operate' ? operate(route, head, passing) : exportData(route, head, passing)
  }
}

function socketTicket(tickets: SocketTickets, authorization = ''): Whole {
  const { ticket, expiresAtMs } = tickets.issue(authorization.replace(/^\S+ +/, ''))
  const body = { protocols: [socketProtocol, ticket], expiresAt: new Date(expiresAtMs).toISOString() }
  return {
    status: 200,
    headers: ['content-type', 'application/json', 'cache-control', 'no-store'],
    body: Buffer.from(JSON.stringify(body)),
  }
}

interface Whole {
  readonly status: number
  readonly headers: readonly string[]
  readonly body: Buffer
}

const hop = new Set(['content-length', 'transfer-encoding', 'connection', 'x-request-id'])

function send(head: RequestHead, { response, extraHeaders, rate }: Passing, { status, headers, body }: Whole): void {
  const own = headers.filter((_, index) => !hop.has((headers[index - (index % 2)] ?? '').toLowerCase()))
  const added = [...extraHeaders, 'ratelimit-policy', rate.policy, 'ratelimit', rate.limit]
  sendWhole(head, response, {
    status,
    headers: [...withAdded(own, added), 'content-length', String(body.length)],
    body,
  })
}
