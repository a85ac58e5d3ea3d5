import type { Service } from '@stoa/contract'

/** One process of a system: a service, or one of those that keep the services together. */
export interface Deployment {
  readonly name: string
  readonly kind: ProcessKind
  /** From the root of the repository. */
  readonly folder: string
  readonly port: number
  /** Further ports it listens on, by the setting that moves each. */
  readonly furtherPorts?: Readonly<Record<string, number>>
  /** What it serves, publishes, consumes, calls; only services have one: the gateway serves what they do. */
  readonly contract?: Service
  /** A database and a role of its own, which no other can log in to. */
  readonly hasDatabase: boolean
  /** Why its data cannot be deleted alone, where the events that it would consume again do not bring back the same. */
  readonly resetAlone?: string
  /** Whether it fills the folder of the lake, or only reads it. */
  readonly lake?: 'writes' | 'reads'
  /** Whether its files are in a bucket of S3, so that it needs no folder for them. */
  readonly hasBucket?: boolean
  /** Whether Kafka keeps its events, and not the database of the log. */
  readonly hasKafka?: boolean
  readonly replicas: number
  /** What the embedded profile sets, where it differs from the defaults. */
  readonly embedded?: Readonly<Record<string, string>>
  /** Settings that hold a webhook secret, which the first start makes. */
  readonly webhookSecrets?: readonly string[]
  /** Files of packages that it serves, as they are imported. */
  readonly assets?: readonly string[]
}

/** Whether a process stores blobs, and so needs a folder or a bucket for them. */
export function hasBlobs({ contract }: Pick<Deployment, 'contract'>): boolean {
  return contract !== undefined && Object.keys(contract.blobs).length > 0
}

/** The same processes, with all uploaded files in a bucket of S3. */
export function withBucket(deployments: readonly Deployment[]): Deployment[] {
  return deployments.map((each) => (hasBlobs(each) ? { ...each, hasBucket: true } : each))
}

/** What a part of a system is. Stores and brokers are not processes of their own here: PostgreSQL is both. */
export type Kind = 'service' | 'gateway' | 'app' | 'job' | 'store' | 'broker'

/** The kinds that run as processes. */
export type ProcessKind = Exclude<Kind, 'store' | 'broker'>

/** What a part of a kind has, and which other parts it needs, by kind or by name. */
export interface Needs {
  readonly hasContract: boolean
  readonly kinds: readonly Kind[]
  readonly services: readonly string[]
}

/** What the parts of each kind have and need. */
export const needsOf: Readonly<Record<Kind, Needs>> = {
  service: { hasContract: true, kinds: ['store', 'broker'], services: ['registry', 'auth'] },
  gateway: { hasContract: false, kinds: [], services: ['registry', 'auth'] },
  app: { hasContract: false, kinds: ['gateway'], services: [] },
  job: { hasContract: false, kinds: ['store'], services: ['registry'] },
  store: { hasContract: false, kinds: [], services: [] },
  broker: { hasContract: false, kinds: ['store'], services: [] },
}

/** The port of the embedded PostgreSQL. */
export const postgresPort = 8432

/** The database that holds the event log. */
export const eventLogDatabase = 'event_log'

/** What keeps the data of a system and moves its events: PostgreSQL, with a database for each service and one for the log. */
export const stores: readonly { readonly name: string; readonly kind: Kind }[] = [
  { name: 'postgres', kind: 'store' },
  { name: eventLogDatabase, kind: 'broker' },
]

/** A service in the folder of its name, with a database, one process and its contract's port. */
export function service(
  layer: string,
  contract: Service,
  embedded: Readonly<Record<string, string>> = {},
): Deployment & { readonly contract: Service } {
  const { name, port } = contract
  const folder = `${layer}/${name}`
  return { name, kind: 'service', folder, port, contract, hasDatabase: true, replicas: 1, embedded }
}

/** The one door: the gateway, which every system with clients has. */
export const gateway: Deployment = {
  name: 'gateway',
  kind: 'gateway',
  folder: 'edge/gateway',
  port: 8080,
  furtherPorts: { ADMIN_PORT: 8081 },
  hasDatabase: false,
  replicas: 1,
  embedded: { RATE_LIMIT_SCALE: '100' },
  assets: ['swagger-ui-dist/swagger-ui-bundle.js', 'swagger-ui-dist/swagger-ui.css'],
}
