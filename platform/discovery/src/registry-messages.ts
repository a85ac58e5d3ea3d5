import type { Instance } from './instance.ts'

/** All services as of a revision. */
export interface Snapshot {
  readonly revision: number
  readonly services: ReadonlyMap<string, readonly Instance[]>
}

/** One service as of a revision. */
export interface ServiceChange {
  readonly revision: number
  readonly service: string
  readonly instances: readonly Instance[]
}

/** What the registry gives for a registration. */
export interface Lease {
  readonly instanceId: string
  readonly leaseSeconds: number
}

/** Reads `{ revision, items: [{ service, instances }] }`; throws TypeError naming what is wrong. */
export function parseSnapshot(value: unknown): Snapshot {
  const message = objectOf('snapshot', value)
  const services = arrayOf('items', message['items']).map((item) => {
    const { service, instances } = parseService(objectOf('item', item))
    return [service, instances] as const
  })
  return { revision: wholeOf('revision', message['revision'], 0), services: new Map(services) }
}

/** Reads `{ revision, service, instances }`; throws TypeError naming what is wrong. */
export function parseChange(value: unknown): ServiceChange {
  const message = objectOf('change', value)
  return { revision: wholeOf('revision', message['revision'], 0), ...parseService(message) }
}

/** Reads `{ instanceId, leaseSeconds }`; throws TypeError naming what is wrong. */
export function parseLease(value: unknown): Lease {
  const message = objectOf('lease', value)
  return {
    instanceId: textOf('instanceId', message['instanceId']),
    leaseSeconds: wholeOf('leaseSeconds', message['leaseSeconds'], 1),
  }
}

// Callers get the healthy instances, or all of them if none that takes requests is healthy: perhaps only the registry cannot reach them.
function parseService(message: Readonly<Record<string, unknown>>): Omit<ServiceChange, 'revision'> {
  const service = textOf('service', message['service'])
  const told = arrayOf('instances', message['instances']).map((value) => {
    const fields = objectOf('instance', value)
    return { isHealthy: fields['status'] !== 'unhealthy', instance: parseInstance(service, fields) }
  })
  const healthy = told.filter((one) => one.isHealthy)
  const isServed = healthy.some((one) => one.instance.weight > 0)
  return { service, instances: (isServed ? healthy : told).map((one) => one.instance) }
}

function parseInstance(service: string, fields: Readonly<Record<string, unknown>>): Instance {
  const { zone, version, metadata } = fields
  return {
    id: textOf('id', fields['id']),
    service,
    host: textOf('host', fields['host']),
    port: wholeOf('port', fields['port'], 1),
    weight: fields['weight'] === undefined ? 1 : wholeOf('weight', fields['weight'], 0),
    ...(typeof zone === 'string' ? { zone } : {}),
    ...(typeof version === 'string' ? { version } : {}),
    metadata: metadata === undefined ? {} : textsOf('metadata', metadata),
  }
}

function objectOf(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new TypeError(`${name} must be an object`)
}

function arrayOf(name: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new TypeError(`${name} must be an array`)
}

function textOf(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  throw new TypeError(`${name} must be a text`)
}

function textsOf(name: string, value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(objectOf(name, value)).map(([key, text]) => [key, String(text)]))
}

function wholeOf(name: string, value: unknown, least: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value
  throw new TypeError(`${name} must be a whole number of at least ${least}`)
}
