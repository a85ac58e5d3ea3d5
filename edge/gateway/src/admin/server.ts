import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { refuseConnect, refuseUnreadable } from '@stoa/http'
import { newId, platformError } from '@stoa/kernel'
import type { Claims, Principal, TokenVerifier } from '@stoa/security'
import { readOperatingBody, splitTarget, type Health } from '@stoa/service'
import { newContext, type Telemetry } from '@stoa/telemetry'
import { answerProblem } from '../answer-problem.ts'
import { requireUnbound } from '../policies/authentication.ts'
import type { Administer } from './administer.ts'

interface AdminOptions {
  readonly verifier: TokenVerifier
  readonly principalOf: (claims: Claims) => Principal
  readonly telemetry: Telemetry
  readonly health: Health
  readonly administer: Administer
}

const prefix = '/admin/'

/** Makes the server of the admin API, full health and metrics: routes, upstreams, breakers, rate limits; for operators. */
export function makeAdminServer(options: AdminOptions): Server {
  const server = createServer({ maxHeaderSize: 16_384 }, (request, response) => void serve(options, request, response))
  return server.on('clientError', refuseUnreadable).on('connect', refuseConnect)
}

async function serve(options: AdminOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { path, search } = splitTarget(request.url ?? '/')
  try {
    if (path === '/metrics') {
      const { contentType, body } = await options.telemetry.metrics.expose(request.headers.accept)
      response.writeHead(200, { 'content-type': contentType }).end(body)
      return
    }
    if (path === '/health') {
      const report = await healthOf(options)
      return answer(response, report.status === 'down' ? 503 : 200, report)
    }
    if (!path.startsWith(prefix)) throw platformError('request.path_unknown', `There is no endpoint at ${path}.`)
    const principal = await principalFrom(options, request)
    const call = {
      principal,
      method: request.method ?? 'GET',
      path: path.slice(prefix.length),
      search,
      body: () => readOperatingBody(request),
    }
    answer(response, 200, await options.administer(call))
  } catch (error) {
    answerProblem(response, error, { instance: path, traceId: newContext().traceId, requestId: newId() })
  }
}

async function principalFrom(
  { verifier, principalOf }: AdminOptions,
  { headers }: IncomingMessage,
): Promise<Principal> {
  const [, token] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? []
  if (token === undefined) throw platformError('auth.token_missing', 'A bearer token is required.')
  return principalOf(requireUnbound(await verifier.verify(token)))
}

async function healthOf({ health }: AdminOptions) {
  const { status, components } = await health.report()
  return { status, service: 'gateway', components }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
