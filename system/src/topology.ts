import type { Service } from '@stoa/contract'
import { auth } from '@stoa/contracts/auth/service'
import { billing } from '@stoa/contracts/billing/service'
import { inventory } from '@stoa/contracts/inventory/service'
import { notification } from '@stoa/contracts/notification/service'
import { order } from '@stoa/contracts/order/service'
import { payment } from '@stoa/contracts/payment/service'
import { pricing } from '@stoa/contracts/pricing/service'
import { registry } from '@stoa/contracts/registry/service'
import { search } from '@stoa/contracts/search/service'
import { shipping } from '@stoa/contracts/shipping/service'
import { user } from '@stoa/contracts/user/service'

/** One process of the system: a service, or one of those that keep the services together. */
export interface Deployment {
  readonly name: string
  /** From the root of the repository. */
  readonly folder: string
  readonly port: number
  /** Further ports it listens on, by the setting that moves each. */
  readonly furtherPorts?: Readonly<Record<string, number>>
  /** What it serves, publishes, consumes, calls; the gateway has none: it serves what the others do. */
  readonly contract?: Service
  /** A database and a role of its own, which no other can log in to. */
  readonly hasDatabase: boolean
  readonly replicas: number
  /** What the embedded profile sets, where it differs from the defaults. */
  readonly embedded?: Readonly<Record<string, string>>
  /** Settings that hold a webhook secret, which the first start makes. */
  readonly webhookSecrets?: readonly string[]
  /** Files of packages that it serves, as they are imported. */
  readonly assets?: readonly string[]
}

/**
 * The whole system, from the ground up. Beside these processes there is one PostgreSQL with a database for each service
 * and one for the event log. Who calls whom and who hears what is not written here: it follows from the contracts.
 */
export const topology: readonly Deployment[] = [
  // What keeps them together.
  service('control', registry),
  service('control', auth),

  // Who buys, what there is, what it costs.
  service('services', user),
  service('services', inventory),
  service('services', pricing),

  // The order and those that carry it out.
  service('services', order, { AUTO_PICK: 'true', CARRIER_DAY_SECONDS: '10' }),
  { ...service('services', payment), webhookSecrets: ['SANDBOX_WEBHOOK_SECRET'] },
  {
    ...service('services', shipping, { CARRIER_DAY_SECONDS: '10' }),
    webhookSecrets: ['SANDBOX_CARRIER_SECRET'],
  },
  service('services', billing),
  service('services', notification),
  service('services', search),

  // The one door.
  {
    name: 'gateway',
    folder: 'edge/gateway',
    port: 8080,
    furtherPorts: { ADMIN_PORT: 8081 },
    hasDatabase: false,
    replicas: 1,
    embedded: { RATE_LIMIT_SCALE: '100' },
    assets: ['swagger-ui-dist/swagger-ui-bundle.js', 'swagger-ui-dist/swagger-ui.css'],
  },
]

/** The port of the embedded PostgreSQL. */
export const postgresPort = 8432

/** The database that holds the event log. */
export const eventLogDatabase = 'event_log'

function service(layer: string, contract: Service, embedded: Readonly<Record<string, string>> = {}): Deployment {
  const { name, port } = contract
  return { name, folder: `${layer}/${name}`, port, contract, hasDatabase: true, replicas: 1, embedded }
}
