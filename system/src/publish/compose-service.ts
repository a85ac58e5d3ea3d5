import { kafkaSettings } from './environment.ts'
import type { Container, DeploymentObject, EnvironmentVariable, JobObject } from './objects.ts'

/** A container of a Compose file. */
export type ComposeService = Readonly<Record<string, unknown>> & {
  readonly image: string
  readonly environment: Readonly<Record<string, string>>
}

/** What no container of ours may do: write outside of its volumes, gain privileges, or run as root. */
export const hardened = {
  read_only: true,
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  restart: 'unless-stopped',
} as const

/** The network of the containers. */
const subnet = '${SUBNET:-172.28.0.0/16}'

/** The network from which processes are called, as `networks` of a Compose file has it. */
export const networks = {
  default: { ipam: { config: [{ subnet }] } },
  // Only to PostgreSQL, and to nothing outside.
  database: { internal: true },
} as const

/** A Deployment as a container. Secrets are in files with the names of the Secrets of Kubernetes. */
export function composeService(object: DeploymentObject, system: string): ComposeService {
  const { securityContext, containers, terminationGracePeriodSeconds } = object.spec.template.spec
  const [container] = containers
  if (container === undefined) throw new Error(`${object.metadata.name} has no container`)
  const { name, image, env, resources, volumeMounts = [], securityContext: security } = container
  const secrets = secretsOf(env)
  const needsDatabase = env.some((each) => each.name.endsWith('DATABASE_URL'))
  return {
    image: imageOf(image),
    build: {
      context: '${STOA_SOURCE:-../..}',
      dockerfile: 'deploy/Dockerfile',
      args: { SERVICE: name, SYSTEM: system },
    },
    user: `${securityContext.runAsUser}:${securityContext.runAsGroup}`,
    ...hardened,
    read_only: security.readOnlyRootFilesystem,
    cap_drop: security.capabilities.drop,
    environment: Object.fromEntries(env.flatMap((each) => variableOf(each, name))),
    env_file: [
      ...container.envFrom.map(({ configMapRef }) => file(`./${configMapRef.name}.env`, !configMapRef.optional)),
      ...secrets.map((each) => file(secretFile(each), true)),
    ],
    healthcheck: healthOf(container),
    ...(needsDatabase
      ? {
          depends_on: { [migrationOf(name)]: { condition: 'service_completed_successfully' } },
          networks: ['default', 'database'],
        }
      : {}),
    ...(volumeMounts.length === 0
      ? {}
      : { volumes: volumeMounts.map(({ name: volume, mountPath }) => `${volume}:${mountPath}`) }),
    stop_grace_period: `${terminationGracePeriodSeconds}s`,
    deploy: {
      resources: { limits: { cpus: cpusOf(resources.limits.cpu), memory: memoryOf(resources.limits.memory) } },
    },
  }
}

/** The name of the container that migrates the databases of a service and ends. */
function migrationOf(service: string): string {
  return `migrate-${service}`
}

/** The containers of the job that migrates, which end before those of their services start. */
export function migrationServices({ spec }: JobObject): Record<string, ComposeService> {
  const { securityContext, containers } = spec.template.spec
  const { runAsUser, runAsGroup } = securityContext
  return Object.fromEntries(
    containers.map(({ name, image, args, env, resources }) => {
      const variables = env.flatMap((each) => variableOf(each, name))
      const { cpu, memory } = resources.limits
      return [
        migrationOf(name),
        {
          image: imageOf(image),
          command: args,
          user: `${runAsUser}:${runAsGroup}`,
          ...hardened,
          restart: 'on-failure:6',
          environment: Object.fromEntries(variables),
          env_file: secretsOf(env).map((each) => file(secretFile(each), true)),
          depends_on: { databases: { condition: 'service_completed_successfully' } },
          networks: ['database'],
          deploy: { resources: { limits: { cpus: cpusOf(cpu), memory: memoryOf(memory) } } },
        },
      ]
    }),
  )
}

function secretsOf(env: readonly EnvironmentVariable[]): string[] {
  return [...new Set(env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? []))].toSorted()
}

/** A file with one variable in each line, read as it is, as `kubectl create secret --from-env-file` reads it. */
export function file(path: string, required: boolean) {
  return { path, required, format: 'raw' }
}

/** The file with the content of a Secret. */
export function secretFile(secret: string): string {
  return `\${SECRETS:-./secrets}/${secret}.env`
}

function imageOf(image: string): string {
  const [, registry, name, tag] = /^(.+)\/([^/:]+):([^:]+)$/.exec(image) ?? []
  return `\${REGISTRY:-${registry}}/${name}:\${TAG:-${tag}}`
}

/** What an installation decides: from the environment of Compose, or a file `.env` beside its file. */
const chosen: Readonly<Record<string, string>> = {
  AUTH_ISSUER: '${AUTH_ISSUER:?is not set: the address of the shop as browsers see it}',
  TRUSTED_PROXIES: subnet,
  GATEWAY_TRUSTED_PROXIES: '${GATEWAY_TRUSTED_PROXIES:-}',
  S3_URL: '${S3_URL:?is not set: the bucket of uploaded files}',
  S3_REGION: '${S3_REGION:-eu-central-1}',
  KAFKA_BROKERS: '${KAFKA_BROKERS:?is not set: host:port of the brokers}',
}

function variableOf({ name, value, valueFrom }: EnvironmentVariable, service: string): [string, string][] {
  if (value !== undefined) return [[name, value.replaceAll('$', '$$$$')]]
  // One process of each service: its name is its address.
  if (valueFrom?.fieldRef !== undefined) return [[name, service]]
  const key = valueFrom?.configMapKeyRef?.key
  if (key === undefined) return []
  const text = chosen[key] ?? (key in kafkaSettings ? `\${${key}:-${kafkaSettings[key]}}` : undefined)
  if (text === undefined) throw new Error(`a Compose file has no value for the setting ${key}`)
  return [[name, text]]
}

// The image has no shell tools, but Node.
function healthOf({ readinessProbe, startupProbe, ports }: Container) {
  const { path, port } = readinessProbe.httpGet
  const number = ports.find(({ name }) => name === port)?.containerPort
  const startSeconds = startupProbe.periodSeconds * (startupProbe.failureThreshold ?? 3)
  const script = `fetch('http://127.0.0.1:${number}${path}').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))`
  return {
    test: ['CMD', 'node', '-e', script],
    // Each check starts Node: not as often as Kubernetes asks.
    interval: '30s',
    timeout: '10s',
    retries: 3,
    start_period: `${startSeconds}s`,
    start_interval: `${startupProbe.periodSeconds}s`,
  }
}

function cpusOf(cpu: string): string {
  return cpu.endsWith('m') ? String(Number(cpu.slice(0, -1)) / 1_000) : cpu
}

// Units of Compose are powers of 1024.
function memoryOf(memory: string): string {
  return memory.replace(/^(\d+)([KMG])i$/, (_, number: string, unit: string) => `${number}${unit.toLowerCase()}b`)
}
