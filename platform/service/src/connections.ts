import { randomUUID } from 'node:crypto'
import { makeTally, type Tally } from '@stoa/audit'
import { liveSettings, type LiveSettings } from '@stoa/config'
import { makeBlobs, openStore, type Blobs, type ObjectStore, type StoreConfig } from '@stoa/blobs'
import { connectCalls, makeBreakers, type Breakers, type CallClient } from '@stoa/client'
import { groupsOf, type Service } from '@stoa/contract'
import type { Resolver } from '@stoa/discovery'
import { runFlags, type RunningFlags } from '@stoa/flags'
import { kafkaSettingsOf, openEventLog, type EventLog } from '@stoa/events'
import { newId, StartError, systemClock, type Clock, type NewId } from '@stoa/kernel'
import { openDatabase, type Database } from '@stoa/postgres'
import { openMesh, type Mesh } from '@stoa/security'
import { createTelemetry, type Telemetry } from '@stoa/telemetry'
import { changeFeed, type ChangeFeed } from './changes.ts'
import { databaseLog } from './database-log.ts'
import { makeIdentity, type Identity } from './identity.ts'
import { txMaker } from './make-tx.ts'
import { followRegistry } from './registry.ts'
import type { DefinedService } from './define-service.ts'
import type { Role, ServiceConfig } from './service-config.ts'
import type { StartOptions } from './start-options.ts'

/** What a process of a service holds open, and what its parts share. */
export interface Connections {
  readonly service: Service
  readonly options: StartOptions
  readonly role: Role
  readonly version: string
  readonly instanceId: string
  readonly telemetry: Telemetry
  readonly database: Database
  /** The event log; undefined for a service that neither publishes nor consumes. */
  readonly log: EventLog | undefined
  /** Where heads of the audit trail are noted: the event log, which a service without events opens for them alone. */
  readonly witness: EventLog | undefined
  readonly clock: Clock
  readonly newId: NewId
  readonly makeTx: ReturnType<typeof txMaker>
  /** Records reads and refused requests in the audit trail. */
  readonly tally: Tally
  readonly resolver: Resolver
  readonly identity: Identity
  readonly breakers: Breakers
  readonly calls: CallClient
  /** The certificate for calls; undefined without mutual TLS. */
  readonly mesh: Mesh | undefined
  /** Undefined for a service without sagas and sockets, whose resources change only by requests. */
  readonly changes: ChangeFeed | undefined
  readonly flags: RunningFlags
  /** Where the blobs of the service are kept, and its shelves there; undefined for a service without blobs. */
  readonly blobs: { readonly store: ObjectStore; readonly shelves: Blobs } | undefined
  /** The settings, of which the reloadable ones follow config. */
  readonly live: LiveSettings<ServiceConfig>
}

/** Opens what the parts of a service share. Nothing of it has to be reachable: each connects when it is used, and again after a loss. */
export function connect(
  { contract: service, config: { settings = {} } }: Pick<DefinedService, 'contract' | 'config'>,
  options: StartOptions,
): Connections {
  const { config, clock = systemClock, version = config.serviceVersion } = options
  const instanceId = `${service.name}-${randomUUID().slice(0, 8)}`
  const telemetry = openTelemetry(service, options, { instanceId, version })
  const mesh = meshOf(service, options, { clock, telemetry })
  const log = openLog(service, options, { instanceId, telemetry })
  const makeId = options.newId ?? newId
  const database = openDatabase({
    url: config.databaseUrl,
    applicationName: instanceId,
    readConnections: config.readConnections,
    writeConnections: config.writeConnections,
    statementTimeoutMs: 10_000,
    log: databaseLog(telemetry),
    telemetry,
  })
  const schemaBaseUrl = config.schemaBaseUrl ?? config.authIssuer
  const resolver = options.resolver ?? followRegistry(config, telemetry)
  const identity = options.identity ?? identityOf(service, options, { clock, telemetry })
  const breakers = makeBreakers(telemetry)
  const { tokens } = identity
  const live = liveSettings(settings, config)
  return {
    service,
    options,
    role: config.role,
    version,
    instanceId,
    telemetry,
    database,
    log,
    witness: log ?? openWitness(options, { instanceId, telemetry }),
    clock,
    newId: makeId,
    tally: makeTally(database, { service: service.name, clock, newId: makeId }),
    makeTx: txMaker({ service, clock, newId: makeId, schemaBaseUrl, telemetry }),
    resolver,
    identity,
    breakers,
    calls: options.calls ?? connectCalls({ service, resolver, tokens, breakers, telemetry, newId: makeId, mesh }),
    mesh,
    flags: runFlags({
      service,
      domain: instanceId,
      database,
      resolver,
      tokens,
      clock,
      logger: telemetry.logger,
      fixed: options.flags,
      settings: live,
    }),
    live,
    blobs: blobsOf(service, options, { database, newId: makeId }),
    changes: hasChanges(service) ? changeFeed(database, telemetry.logger) : undefined,
  }
}

function hasChanges({ sagas, operations }: Service): boolean {
  return Object.keys(sagas).length > 0 || Object.values(operations).some(({ kind }) => kind === 'socket')
}

function openTelemetry(
  service: Service,
  { config, logDestination }: StartOptions,
  { instanceId, version }: Pick<Connections, 'instanceId' | 'version'>,
): Telemetry {
  return createTelemetry({
    service: service.name,
    environment: config.stoaEnv,
    version,
    instance: instanceId,
    logLevel: config.logLevel,
    logsExporter: config.otelLogsExporter,
    logExportLevel: config.logExportLevel,
    sampler: config.otelTracesSampler,
    samplerArg: config.otelTracesSamplerArg,
    sampleRatio: config.traceSampleRatio,
    spanFolder: config.telemetryFolder,
    otlpEndpoint: config.otelExporterOtlpEndpoint,
    otlpHeaders: config.otelExporterOtlpHeaders,
    otlpServiceName: config.otelServiceName,
    resourceAttributes: config.otelResourceAttributes,
    ...(logDestination === undefined ? {} : { destination: logDestination }),
  })
}

function meshOf(
  { name: service }: Service,
  { config: { meshMtls: mode, meshFolder: folder } }: StartOptions,
  { clock, telemetry: { logger } }: Pick<Connections, 'clock' | 'telemetry'>,
): Mesh | undefined {
  if (mode === 'off') return undefined
  if (folder === undefined)
    throw new StartError(`MESH_MTLS is ${mode}: set MESH_FOLDER to the folder of the certificate`)
  return openMesh({ mode, service, folder, clock, logger })
}

/** The settings of a service that declares blobs (`blobSettings`). */
interface BlobConfig extends StoreConfig {
  readonly uploadIdleMs: number
}

function blobsOf(
  service: Service,
  { config }: StartOptions,
  { database, newId: makeId }: Pick<Connections, 'database' | 'newId'>,
): Connections['blobs'] {
  if (Object.keys(service.blobs).length === 0) return undefined
  const settings = config as Partial<BlobConfig>
  if (settings.uploadIdleMs === undefined) {
    throw new StartError('it declares blobs: its settings must include blobSettings of @stoa/blobs')
  }
  const { uploadIdleMs } = settings
  const store = openStore(settings as BlobConfig)
  return { store, shelves: makeBlobs({ service, store, database, newId: makeId, idleMs: uploadIdleMs }) }
}

function openLog(
  service: Service,
  { config }: StartOptions,
  { instanceId, telemetry }: Pick<Connections, 'instanceId' | 'telemetry'>,
): EventLog | undefined {
  const { logDatabaseUrl: url } = config
  const isSilent = Object.keys(service.publishes).length === 0 && groupsOf(service).length === 0
  if (isSilent) return undefined
  if (url === undefined) throw new StartError('it publishes or consumes events: set LOG_DATABASE_URL')
  return openEventLog({
    url,
    applicationName: `${instanceId}-log`,
    log: databaseLog(telemetry),
    telemetry,
    kafka: kafkaSettingsOf(config),
  })
}

function openWitness(
  { config: { logDatabaseUrl: url } }: StartOptions,
  { instanceId, telemetry }: Pick<Connections, 'instanceId' | 'telemetry'>,
): EventLog | undefined {
  if (url === undefined) return undefined
  return openEventLog({ url, applicationName: `${instanceId}-audit`, log: databaseLog(telemetry), telemetry })
}

function identityOf(
  service: Service,
  { config, access }: StartOptions,
  { clock, telemetry }: Pick<Connections, 'clock' | 'telemetry'>,
): Identity {
  const { authIssuer: issuer, serviceClientSecret: secret, authUrl } = config
  return makeIdentity({ service: service.name, issuer, secret, authUrl, access, clock, telemetry })
}
