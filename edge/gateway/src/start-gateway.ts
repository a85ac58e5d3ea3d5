import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import type { ConfigOf } from '@stoa/config'
import type { ErrorCatalogue, Service } from '@stoa/contract'
import { discoveryLog, registryResolver, type Resolver } from '@stoa/discovery'
import { AppError, systemClock } from '@stoa/kernel'
import {
  createPrincipals,
  createTokenVerifier,
  fetchKeys,
  PUBLIC_AUDIENCE,
  type AccessTable,
  type TokenVerifier,
} from '@stoa/security'
import { followEndedSessions } from '@stoa/service'
import { createTelemetry, type LogDestination, type Telemetry } from '@stoa/telemetry'
import { makeAdminServer } from './admin/server.ts'
import { makeResponseCache } from './cache/response-cache.ts'
import type { config } from './config.ts'
import { gatewayPages } from './pages.ts'
import { authentication } from './policies/authentication.ts'
import { makeCors } from './policies/cors.ts'
import { makeRateLimits } from './policies/rate-limits.ts'
import { routesOf } from './routes/route.ts'
import { makeRouteTable } from './routes/route-table.ts'
import { makeServer } from './server.ts'
import { makeUpstreams } from './upstream/upstreams.ts'

/** The settings of the gateway, parsed. */
export type GatewayConfig = ConfigOf<typeof config>

interface GatewayOptions {
  readonly config: GatewayConfig
  readonly services: readonly Service[]
  readonly access: AccessTable
  readonly logDestination?: LogDestination
  /** What services without routes here refuse with: their codes have pages too. */
  readonly furtherErrors?: ErrorCatalogue
  /** In place of the registry and of tokens, in tests. */
  readonly resolver?: Resolver
  readonly verifier?: TokenVerifier
}

/** A gateway that runs. */
export interface RunningGateway {
  readonly port: number
  readonly adminPort: number
  readonly telemetry: Telemetry
  /** Takes no new connections, lets what is under way end within the configured time. */
  readonly stop: () => Promise<void>
}

const version = '0.1.0'

/** Starts the one door for all clients; its routes and policies are made from the contracts. */
export async function startGateway({
  config: settings,
  services,
  access,
  furtherErrors,
  ...given
}: GatewayOptions): Promise<RunningGateway> {
  const state = { isReady: false }
  const telemetry = createTelemetry({
    service: 'gateway',
    environment: settings.stoaEnv,
    version,
    instance: `gateway-${randomUUID().slice(0, 8)}`,
    logLevel: settings.logLevel,
    sampleRatio: settings.traceSampleRatio,
    spanFolder: settings.telemetryFolder,
    otlpEndpoint: settings.otelExporterOtlpEndpoint,
    ...(given.logDestination === undefined ? {} : { destination: given.logDestination }),
  })
  const resolver = given.resolver ?? followedRegistry(settings, telemetry)
  const { verifier, stopFollowing } =
    given.verifier === undefined
      ? followedVerifier(settings, telemetry)
      : { verifier: given.verifier, stopFollowing: async () => {} }
  const principalOf = createPrincipals(access)
  const upstreams = makeUpstreams(
    services.map(({ name }) => name),
    resolver,
  )
  const limits = makeRateLimits(settings.rateLimitScale)
  const cache = makeResponseCache(settings.cacheMegabytes * 1_048_576, telemetry)
  const table = makeRouteTable(routesOf(services))
  // Without an answer of the registry it would refuse whatever it is asked.
  const isReady = () => state.isReady && resolver.isInformed()
  const server = makeServer({
    pipeline: { table, authenticate: authentication(verifier, principalOf), limits, cache, upstreams },
    cors: makeCors(settings.corsOrigins),
    pages: gatewayPages(services, version, furtherErrors),
    telemetry,
    trustedProxies: new Set(settings.trustedProxies),
    isReady,
  })
  const admin = makeAdminServer({ table, upstreams, limits, cache, verifier, principalOf, telemetry, isReady })
  const port = await listen(server, settings.host, settings.port)
  const adminPort = await listen(admin, settings.adminHost, settings.adminPort)
  state.isReady = true
  telemetry.logger.info('ready', { port, adminPort })
  return {
    port,
    adminPort,
    telemetry,
    async stop() {
      state.isReady = false
      await Promise.all([close(server, settings.drainTimeoutMs), close(admin, settings.drainTimeoutMs)])
      await stopFollowing()
      upstreams.close()
      await resolver.close()
      await telemetry.close()
    },
  }
}

function followedRegistry({ registryUrl }: GatewayConfig, { logger }: Telemetry): Resolver {
  return registryResolver({ registryUrl, observer: discoveryLog(logger) })
}

function followedVerifier({ authUrl, authIssuer: issuer }: GatewayConfig, { logger }: Telemetry) {
  const loadKeys = fetchKeys(() => `${authUrl}/oauth2/jwks`)
  const verifier = createTokenVerifier({ issuer, audience: PUBLIC_AUDIENCE, loadKeys, clock: systemClock })
  return { verifier, stopFollowing: followEndedSessions({ authUrl, verifier, logger }) }
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') return reject(error)
    const mend = 'stop the process that has it, or choose another port'
    reject(new AppError('unavailable', 'port.taken', `port ${port} on ${host} is taken: ${mend}`, { retryable: false }))
  })
  server.listen(port, host, resolve)
  await promise
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

async function close(server: Server, timeoutMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  server.closeIdleConnections()
  const force = setTimeout(() => server.closeAllConnections(), timeoutMs)
  await promise
  clearTimeout(force)
}
