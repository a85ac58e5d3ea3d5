import { trustNetworks } from '@stoa/http'
import { randomUUID } from 'node:crypto'
import { makeBreakers } from '@stoa/client'
import { connectionsStopMs, telemetryStopMs, type ConfigOf } from '@stoa/config'
import type { ErrorCatalogue, Service } from '@stoa/contract'
import { gateway } from '@stoa/contracts/gateway/service'
import { discoveryLog, registryResolver, type Resolver } from '@stoa/discovery'
import { systemClock } from '@stoa/kernel'
import {
  createPrincipals,
  createTokenVerifier,
  fetchKeys,
  liveAccess,
  PUBLIC_AUDIENCE,
  type AccessTable,
  type TokenVerifier,
  createProofVerifier,
} from '@stoa/security'
import { listen } from '@stoa/rpc'
import { followEndedSessions, makeHealth, routesFileOf, waitForEndedMs, within } from '@stoa/service'
import { createTelemetry, type LogDestination, type Telemetry } from '@stoa/telemetry'
import { makeAdminister, type Administer } from './admin/administer.ts'
import { makeAdminServer } from './admin/server.ts'
import { storedTraces } from './admin/stored-traces.ts'
import { appSites } from './apps/app-sites.ts'
import { makeResponseCache } from './cache/response-cache.ts'
import type { config } from './config.ts'
import { gatewayDependencies } from './dependencies.ts'
import { openSharedBuckets, type SharedBuckets } from './limits-in-redis/shared-buckets.ts'
import { ownAnswers } from './own/own-answers.ts'
import { withRegistry } from './own/registry-instance.ts'
import { gatewayPages } from './pages.ts'
import type { Pipeline } from './pipeline.ts'
import { authentication, type Authenticate } from './policies/authentication.ts'
import { makeCors } from './policies/cors.ts'
import { countDeprecated } from './policies/deprecation.ts'
import { makeRateLimits } from './policies/rate-limits.ts'
import { makeStreamLimits } from './policies/stream-limits.ts'
import { servedRoutes, upstreamNames } from './routes/served-routes.ts'
import { openDoor } from './tls/open-door.ts'
import type { ServerOptions } from './server.ts'
import { doorOf, stopDoors } from './door.ts'
import { appSessions, type AppSessions } from './sessions/app-sessions.ts'
import { followedTraffic } from './traffic/followed-traffic.ts'
import { socketTickets, type SocketTickets } from './sockets/tickets.ts'
import { makeTunnels, type Tunnels } from './sockets/tunnels.ts'
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
  /** Takes no new connections, lets what is in progress end within the configured time, and closes within `stopTimeMs` of it. */
  readonly stop: () => Promise<void>
}

type Pages = ReturnType<typeof gatewayPages>

/** Starts the gateway; its routes and policies are derived from the contracts. */
export async function startGateway({
  config: settings,
  services,
  access,
  furtherErrors,
  ...given
}: GatewayOptions): Promise<RunningGateway> {
  const state = { isReady: false }
  const telemetry = telemetryOf(settings, given.logDestination)
  const { instances, from } = await discoveryOf(settings, telemetry, given.resolver)
  const resolver = withRegistry(instances, settings.registryUrl)
  const { verifier, stopFollowing } = verifierOf(settings, telemetry, given.verifier)
  const live = liveAccess(access)
  const principalOf = createPrincipals(live.table)
  const breakers = makeBreakers(telemetry)
  const upstreams = makeUpstreams(upstreamNames(services), resolver, breakers)
  const shared = sharedBuckets(settings, telemetry)
  const cache = makeResponseCache(settings.cacheMegabytes * 1_048_576, telemetry)
  const { serving, followed } = servedRoutes({ system: services, from, live, upstreams, cache, telemetry })
  const limits = makeRateLimits(settings.rateLimitScale, shared)
  const streams = makeStreamLimits()
  const uploads = makeStreamLimits({ name: 'uploads', total: 200, perClient: 8 })
  const { traffic, mirror, ...rules } = await followedTraffic(settings, { ...serving, breakers, cache, telemetry })
  const parts = { table: serving.table, limits, cache, streams, uploads, upstreams, traffic, mirror }
  // Without a response of the registry it would reject every request, and know no added service.
  const isReady = () => state.isReady && resolver.isInformed() && followed.isInformed()
  const { trouble: routesTrouble } = followed
  const known = { upstreams, resolver, breakers, verifier, routesTrouble, trafficTrouble: rules.trouble }
  const dependencies = () => gatewayDependencies({ ...known, redis: shared?.dependency })
  const health = makeHealth({ dependencies, isReady })
  const pipeline = { ...parts, authenticate: authenticationOf(settings, { verifier, principalOf }) }
  const traces = storedTraces(settings.telemetryFolder)
  const { services: current, states: routeStates } = serving
  const administer = makeAdminister({ ...parts, ...known, health, services: current, routeStates, traces })
  const sessions = appSessions({ settings, access: live.table, verifier, principalOf })
  const tickets = socketTickets({ sealer: sessions.sealer, clock: systemClock, shared })
  const tunnels = makeTunnels()
  const options = publicOptions(
    { settings, system: services, services: current, furtherErrors, isReady },
    { pipeline, administer, sessions, tickets, tunnels, telemetry },
  )
  const door = await openDoor(settings, options)
  const admin = doorOf(makeAdminServer({ verifier, principalOf, telemetry, health, administer }))
  const port = await listen(door.server, settings.host, settings.port)
  const adminPort = await listen(admin.server, settings.adminHost, settings.adminPort)
  state.isReady = true
  telemetry.logger.info('ready', { port, adminPort })
  return {
    port,
    adminPort,
    telemetry,
    async stop() {
      state.isReady = false
      await Promise.all([stopDoors([door, admin], settings.drainTimeoutMs), tunnels.drain()])
      for (const part of [upstreams, rules, breakers, shared]) part?.close()
      const following = [stopFollowing(), followed.close(), rules.stopFollowing(), door.close(), resolver.close()]
      await within(Promise.all(following), connectionsStopMs)
      await telemetry.close(telemetryStopMs)
    },
  }
}

interface PublicOptions {
  readonly settings: GatewayConfig
  readonly system: readonly Service[]
  readonly services: () => readonly Service[]
  readonly furtherErrors: ErrorCatalogue | undefined
  readonly isReady: () => boolean
}

interface PublicParts {
  readonly pipeline: Pipeline
  readonly administer: Administer
  readonly sessions: AppSessions
  readonly tickets: SocketTickets
  readonly tunnels: Tunnels
  readonly telemetry: Telemetry
}

/** What clients reach. */
function publicOptions(
  { settings, system, services, furtherErrors, isReady }: PublicOptions,
  { pipeline, administer, sessions, tickets, tunnels, telemetry }: PublicParts,
): ServerOptions {
  return {
    pipeline,
    answerOwn: ownAnswers({
      pipeline,
      services,
      system,
      administer,
      isIntrospected: settings.graphqlIntrospection ?? settings.stoaEnv === 'embedded',
      logger: telemetry.logger,
      tickets,
    }),
    tickets,
    tunnels,
    countDeprecated: countDeprecated(telemetry),
    cors: makeCors(settings.corsOrigins),
    pages: currentPages(services, (all) =>
      gatewayPages({ services: all, version: settings.serviceVersion, isReady, furtherErrors }),
    ),
    sites: appSites({
      apps: gateway.apps,
      folders: foldersOf(settings.appFolders),
      origin: sessions.origin,
      sessions: sessions.pages,
    }),
    exchangeSession: sessions.policy,
    telemetry,
    isTrustedProxy: trustNetworks(settings.trustedProxies),
    issuer: settings.authIssuer,
    clientTimeoutMs: settings.clientTimeoutMs,
    hstsSeconds: settings.tlsHstsSeconds,
  }
}

/** The pages of the services that are served now, made again after a change. */
function currentPages(services: () => readonly Service[], make: (all: readonly Service[]) => Pages): Pages {
  let made = { of: services(), pages: make([...services(), gateway]) }
  return (head) => {
    const of = services()
    if (of !== made.of) made = { of, pages: make([...of, gateway]) }
    return made.pages(head)
  }
}

function sharedBuckets(settings: GatewayConfig, telemetry: Telemetry): SharedBuckets | undefined {
  const { redisUrl: url, redisTimeoutMs: timeoutMs, serviceClientSecret: secret } = settings
  return url === undefined ? undefined : openSharedBuckets({ url, timeoutMs, secret, telemetry })
}

/** Folders by name, from NAME=FOLDER. */
function foldersOf(pairs: readonly string[]): ReadonlyMap<string, string> {
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
}

function telemetryOf(settings: GatewayConfig, destination: LogDestination | undefined): Telemetry {
  return createTelemetry({
    service: 'gateway',
    environment: settings.stoaEnv,
    version: settings.serviceVersion,
    instance: `gateway-${randomUUID().slice(0, 8)}`,
    logLevel: settings.logLevel,
    logsExporter: settings.otelLogsExporter,
    logExportLevel: settings.logExportLevel,
    sampler: settings.otelTracesSampler,
    samplerArg: settings.otelTracesSamplerArg,
    sampleRatio: settings.traceSampleRatio,
    spanFolder: settings.telemetryFolder,
    otlpEndpoint: settings.otelExporterOtlpEndpoint,
    otlpHeaders: settings.otelExporterOtlpHeaders,
    otlpServiceName: settings.otelServiceName,
    resourceAttributes: settings.otelResourceAttributes,
    ...(destination === undefined ? {} : { destination }),
  })
}

/** Where the instances are, and what tells the routes: the file of a setting, else the registry. */
async function discoveryOf(settings: GatewayConfig, telemetry: Telemetry, given: Resolver | undefined) {
  const file = await routesFileOf('gateway', settings.routesFile)
  const registry = given === undefined ? { registryUrl: settings.registryUrl } : undefined
  return {
    instances: given ?? file?.resolver ?? followedRegistry(settings, telemetry),
    from: file === undefined ? registry : { file },
  }
}

function followedRegistry({ registryUrl }: GatewayConfig, { logger }: Telemetry): Resolver {
  return registryResolver({ registryUrl, observer: discoveryLog(logger) })
}

function verifierOf(
  { authUrl, authIssuer: issuer, serviceClientSecret: secret }: GatewayConfig,
  { logger }: Telemetry,
  given: TokenVerifier | undefined,
) {
  if (given !== undefined) return { verifier: given, stopFollowing: async () => {} }
  const loadKeys = fetchKeys(() => `${authUrl}/oauth2/jwks`)
  const verifier = createTokenVerifier({
    issuer,
    audience: PUBLIC_AUDIENCE,
    loadKeys,
    clock: systemClock,
    waitForEndedMs,
  })
  const client = { service: 'gateway', secret }
  return { verifier, stopFollowing: followEndedSessions({ authUrl, client, clock: systemClock, verifier, logger }) }
}

function authenticationOf(
  { authIssuer }: GatewayConfig,
  known: Pick<Parameters<typeof authentication>[0], 'verifier' | 'principalOf'>,
): Authenticate {
  const proofs = createProofVerifier({ clock: systemClock })
  return authentication({ ...known, proofs, origin: new URL(authIssuer).origin })
}
