import type { Settings } from '@stoa/config'
import type { Deployment } from '../topology.ts'
import { blobVolume, hasBlobVolume, lakeVolume, sharedSettings } from './naming.ts'
import type { EnvironmentVariable } from './objects.ts'

/** Time for requests in progress; a query of datamart takes at most 14 s. */
export const drainTimeoutMs = 20_000

/** Where a bundle of the gateway has its apps, beside the program. */
export const appFolder = '/app/apps'

// The same for all processes; every other secret belongs to one process. The token for the registry too: with its own, a process can register no
// instance of another service.
const sharedSecrets: Readonly<Record<string, string>> = {
  OTEL_EXPORTER_OTLP_HEADERS: 'shared-secrets',
}

// Optional in the settings, because a service can run alone; in a system no event would leave it.
const neededSecrets = new Set(['LOG_DATABASE_URL'])

/** What the gateway trusts differs from what the services trust, which only the gateway and declared callers can reach. */
const gatewayKeys: Readonly<Record<string, string>> = { TRUSTED_PROXIES: 'GATEWAY_TRUSTED_PROXIES' }

/** The settings that every installation has to state, with placeholders. */
export const installationSettings: Readonly<Record<string, string>> = {
  AUTH_ISSUER: 'https://shop.example.com',
  TRUSTED_PROXIES: '10.0.0.0/8',
  GATEWAY_TRUSTED_PROXIES: '',
}

/** The further ones where files are in a bucket. */
const bucketSettings: Readonly<Record<string, string>> = {
  S3_URL: 'https://s3.eu-central-1.amazonaws.com/bucket',
  S3_REGION: 'eu-central-1',
}

/** The further ones where events are in Kafka. */
export const kafkaSettings: Readonly<Record<string, string>> = {
  KAFKA_BROKERS: 'kafka-0.kafka:9092,kafka-1.kafka:9092,kafka-2.kafka:9092',
  KAFKA_TOPIC_PREFIX: 'shop.',
  KAFKA_REPLICAS: '3',
  KAFKA_MIN_IN_SYNC_REPLICAS: '2',
}

/** What the installation of these processes has to state, with placeholders. */
export function settingsToState(deployments: readonly Deployment[]): Readonly<Record<string, string>> {
  return {
    ...installationSettings,
    ...(deployments.some(({ hasBucket }) => hasBucket) ? bucketSettings : {}),
    ...(deployments.some(({ hasKafka }) => hasKafka) ? kafkaSettings : {}),
  }
}

interface EnvironmentOptions {
  readonly system: string
  readonly deployment: Deployment
  /** What the process reads. */
  readonly settings: Settings
  readonly ports: ReadonlyMap<string, number>
  readonly apps: readonly string[]
}

/** The environment of a process: values, what differs between installations, and secrets; only settings that the process reads. */
export function environmentFor(options: EnvironmentOptions): EnvironmentVariable[] {
  const { deployment, settings, system } = options
  const values = Object.entries(valuesOf(options)).map(([name, value]) => ({ name, value }))
  const ofBucket = deployment.hasBucket === true ? Object.keys(bucketSettings) : []
  const ofKafka = deployment.hasKafka === true ? Object.keys(kafkaSettings) : []
  const stated = ['AUTH_ISSUER', 'TRUSTED_PROXIES', ...ofBucket, ...ofKafka]
  const references = stated.map((name) => fromSettings(name, deployment))
  const host = { name: 'ADVERTISED_HOST', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }
  const secrets = Object.entries(settings).flatMap(([name, { isSecret, isOptional }]) =>
    isSecret ? [fromSecret(name, deployment, isOptional && !neededSecrets.has(name))] : [],
  )
  const known = [...values, ...references, ...(deployment.kind === 'service' ? [host] : []), ...secrets]
  // Read before the settings are: it decides which catalogue and roles a process has.
  return [{ name: 'STOA_SYSTEM', value: system }, ...known.filter(({ name }) => name in settings)]
}

function valuesOf({ deployment, ports, apps }: EnvironmentOptions): Record<string, string> {
  const at = (service: string) => `http://${service}:${ports.get(service)}`
  const further = Object.entries(deployment.furtherPorts ?? {}).map(([name, port]) => [name, String(port)] as const)
  return {
    STOA_ENV: 'production',
    HOST: '0.0.0.0',
    PORT: String(deployment.port),
    // The admin API requires a permission, and the network policy admits only the namespace of the monitoring.
    ADMIN_HOST: '0.0.0.0',
    ...Object.fromEntries<string>(further),
    DRAIN_TIMEOUT_MS: String(drainTimeoutMs),
    // No certificates are mounted; a mesh of the cluster may encrypt the connections.
    MESH_MTLS: 'off',
    // The job has migrated before.
    ...(deployment.hasDatabase ? { MIGRATE: 'off' } : {}),
    REGISTRY_URL: at('registry'),
    AUTH_URL: at('auth'),
    ...(deployment.lake === undefined ? {} : { LAKE_FOLDER: lakeVolume.folder }),
    ...(hasBlobVolume(deployment) ? { BLOB_FOLDER: blobVolume.folder } : {}),
    ...(ports.has('monitoring') ? { OTEL_EXPORTER_OTLP_ENDPOINT: at('monitoring') } : {}),
    APP_FOLDERS: apps.map((app) => `${app}=${appFolder}/${app}`).join(','),
  }
}

function fromSettings(name: string, { kind }: Deployment): EnvironmentVariable {
  const key = kind === 'gateway' ? (gatewayKeys[name] ?? name) : name
  return { name, valueFrom: { configMapKeyRef: { name: sharedSettings, key } } }
}

/** The secret of a process as a variable. */
export function fromSecret(name: string, deployment: Deployment, isOptional: boolean): EnvironmentVariable {
  const secret = sharedSecrets[name] ?? `${deployment.name}-secrets`
  return {
    name,
    valueFrom: { secretKeyRef: { name: secret, key: name, ...(isOptional ? { optional: true } : {}) } },
  }
}
