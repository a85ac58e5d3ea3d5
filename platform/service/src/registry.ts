import {
  discoveryLog,
  registration,
  registryResolver,
  type InstanceDescription,
  type OfferedRoutes,
  type Registration,
  type RegistryAddress,
  type Resolver,
} from '@stoa/discovery'
import type { Telemetry } from '@stoa/telemetry'
import type { ServiceConfig } from './service-config.ts'

/** Follows the instances in the registry; logs outages of the registry. */
export function followRegistry(config: ServiceConfig, { logger }: Telemetry): Resolver {
  return registryResolver({ ...addressOf(config), observer: discoveryLog(logger) })
}

/** Registers this process with the address at which others reach it. */
export function register(
  config: ServiceConfig,
  {
    routes,
    logger,
    ...said
  }: Pick<InstanceDescription, 'service' | 'port' | 'version' | 'metadata' | 'weight'> & {
    readonly routes?: (() => OfferedRoutes) | undefined
    readonly logger: Telemetry['logger']
  },
): Registration {
  const host = config.advertisedHost ?? config.host
  const healthCheckUrl = `http://${host}:${said.port}/health/ready`
  return registration({
    ...addressOf(config),
    instance: { ...said, host, healthCheckUrl },
    routes,
    observer: discoveryLog(logger),
  })
}

function addressOf({ registryUrl, registryToken }: ServiceConfig): RegistryAddress {
  return { registryUrl, headers: async () => ({ 'x-registry-token': registryToken }) }
}
