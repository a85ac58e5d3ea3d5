import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { isUpgrade, refuseConnect, refuseUnreadable, upgradeListener } from '@stoa/http'
import { httpServerRequestDuration } from '@stoa/telemetry'
import { oneAtATime } from './one-at-a-time.ts'
import type { Pipeline } from './pipeline.ts'
import { serve, type Durations, type ServerOptions } from './server.ts'
import { makeH2Server, type H2Server } from './tls/h2-server.ts'

const mostHeaderBytes = 16_384
const mostHeaders = 100
const keepAliveMs = 65_000

/** Makes the gateway's server. Whatever Node's strict parser does not take is a 400, and its connection is closed. */
export function makeServer(options: ServerOptions): Server {
  const durations = httpServerRequestDuration(options.telemetry.metrics)
  const listener = oneAtATime(listenerOf(options, durations))
  const server = createServer(
    {
      maxHeaderSize: mostHeaderBytes,
      headersTimeout: 10_000,
      // a body that is read as a whole has a limit of its own; an upload may take any time as long as it arrives
      requestTimeout: 0,
      keepAliveTimeout: keepAliveMs,
      noDelay: true,
      // refused by us, with problem details
      requireHostHeader: false,
      shouldUpgradeCallback: (request) => takesUpgrade(options.pipeline, request),
    },
    listener,
  )
  // rejected here, because Node would respond without a body
  server.on('checkExpectation', listener)
  server.maxHeadersCount = mostHeaders
  // no traffic in either direction: the client does not read its response
  server.setTimeout(options.clientTimeoutMs)
  server.on('clientError', refuseUnreadable)
  server.on('connect', refuseConnect)
  server.on(
    'upgrade',
    upgradeListener((request, response, upgrade) => void serve(options, request, response, { durations, upgrade })),
  )
  return server
}

/** Makes the server of connections of HTTP/2, with the same limits. */
export function makeSecondServer(options: ServerOptions): H2Server {
  return makeH2Server({
    listener: listenerOf(options, httpServerRequestDuration(options.telemetry.metrics)),
    streamTimeoutMs: options.clientTimeoutMs,
    idleMs: keepAliveMs,
    mostHeaderBytes,
    mostHeaders,
  })
}

function listenerOf(options: ServerOptions, durations: Durations): RequestListener {
  return (request, response) => void serve(options, request, response, { durations })
}

function takesUpgrade({ table }: Pipeline, request: IncomingMessage): boolean {
  if (!isUpgrade(request)) return false
  const match = table.match('GET', (request.url ?? '/').split('?')[0] ?? '/')
  return match.kind === 'route' && match.route.isSocket === true
}
