import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import { isAppError, platformError, type AppError } from '@stoa/kernel'
import type { Principal } from '@stoa/security'
import { currentContext, traceHeaders } from '@stoa/telemetry'
import type { Upgrade } from '@stoa/http'
import type { RequestHead } from '../exchange.ts'
import type { Pipeline } from '../pipeline.ts'
import { isWorthRepeating } from '../policies/repeat.ts'
import { clientKey, type RateHeaders } from '../policies/rate-limits.ts'
import type { Proxied } from '../proxy.ts'
import type { Route } from '../routes/route.ts'
import { requestHead } from '../upstream/request-head.ts'
import { withAdded } from '../upstream/response-head.ts'
import type { Target } from '../upstream/upstreams.ts'
import { sendHandshake, type Handshake } from './handshake.ts'
import type { Tunnels } from './tunnels.ts'

interface Opening {
  readonly route: Route
  readonly head: RequestHead
  readonly principal: Principal
  readonly rate: RateHeaders
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly upgrade: Upgrade
  readonly extraHeaders: readonly string[]
}

const mostAttempts = 3

/**
 * Opens a WebSocket for an admitted client: within the limits of streams, at an instance that accepts the handshake, which has no
 * effect and may therefore be sent to another one. From then on the gateway passes bytes on. Throws if no instance has responded.
 */
export async function openSocket(pipeline: Pipeline, tunnels: Tunnels, opening: Opening): Promise<Proxied> {
  const { route, head, principal, response } = opening
  const slot = pipeline.streams.take(clientKey(principal, head.address), response)
  const upstream = pipeline.upstreams.of(route.service)
  const { traffic } = pipeline
  const version = traffic.isOn() ? traffic.versionFor(route, head, principal)?.version : undefined
  const tried = new Set<string>()
  upstream.budget.onCall()
  try {
    for (let attempts = 1; ; attempts++) {
      const target = upstream.choose(route.group, tried, version)
      tried.add(target.instance.id)
      const mayRetry = () => attempts < mostAttempts && !response.destroyed && upstream.budget.tryRetry()
      const handshake = await tryTarget(opening, target).catch((error: unknown) => {
        if (!mayRetry()) throw error
        return undefined
      })
      if (handshake === undefined) continue
      if (handshake.kind === 'open') {
        if (response.destroyed || response.socket === null) handshake.upstream.destroy()
        else begin(tunnels, opening, handshake)
        return { status: 101, instance: target.instance.id, attempts }
      }
      const { status, headers } = handshake.head
      if (status === 503 && isWorthRepeating(handshake.head, [handshake.body], true) && mayRetry()) continue
      response.writeHead(status, withAdded(headers, addedTo(opening))).end(handshake.body)
      return { status, instance: target.instance.id, attempts }
    }
  } catch (error) {
    slot.release()
    throw error
  }
}

async function tryTarget({ route, head, principal, response }: Opening, target: Target): Promise<Handshake> {
  const breaker = target.breaker(route.group)
  if (!breaker.tryAcquire()) throw breaker.refusal()
  const { generation } = breaker
  const context = currentContext()
  const exchange = { head, route, principal, response, deadlineMs: Infinity, slot: noSlot }
  const text = requestHead(exchange, {
    host: target.authority,
    bodyBytes: undefined,
    // what follows the handshake has none
    deadlineMs: Infinity,
    trace: context === undefined ? {} : traceHeaders(context),
  })
  const { host, port } = target.instance
  const upgrading = `${text.slice(0, -2)}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`
  try {
    const handshake = await sendHandshake({ host, port, text: upgrading, timeoutMs: route.timeoutMs })
    breaker.onSuccess(generation)
    return handshake
  } catch (error) {
    if (isAppError(error)) breaker.onTimeout(generation, 'no response in time')
    else breaker.onFailure(generation, (error as Error).message)
    throw refusalOf(route, error)
  }
}

const noSlot = { entered: undefined, release() {} }

function begin(tunnels: Tunnels, opening: Opening, handshake: Extract<Handshake, { kind: 'open' }>): void {
  const { response, upgrade } = opening
  const { socket: client, head: early } = upgrade
  const { upstream, rest, headers } = handshake
  response.detachSocket(client)
  const fields = withAdded(headers, addedTo(opening))
  const lines = fields.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${fields[index + 1] ?? ''}\r\n`] : []))
  const status = `HTTP/1.1 101 ${STATUS_CODES[101]}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`
  client.write(`${status}${lines.join('')}\r\n`, 'latin1')
  if (early.length > 0) upstream.write(early)
  tunnels.open({ client, upstream, onEnd: () => response.emit('close') })
  // through the tunnel, which follows the frames
  if (rest.length > 0) upstream.emit('data', rest)
}

function addedTo({ extraHeaders, rate }: Opening): string[] {
  return [...extraHeaders, 'ratelimit-policy', rate.policy, 'ratelimit', rate.limit]
}

function refusalOf({ service }: Route, error: unknown): AppError {
  if (isAppError(error)) return error
  return platformError('service.unavailable', `${service} cannot be reached.`, { retryAfterSeconds: 1, cause: error })
}
