import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { fetchText, type ScrapeLimits } from './fetch-text.ts'
import type { Target } from './next-targets.ts'

const Services = Type.Object({
  items: Type.Array(
    Type.Object({
      service: Type.String(),
      instances: Type.Array(Type.Object({ host: Type.String(), port: Type.Integer(), status: Type.String() })),
    }),
  ),
})

/** Reads every instance of every service from the registry, also those that are not ready. */
export async function registeredTargets(registryUrl: string, limits: ScrapeLimits): Promise<Target[]> {
  const listed: unknown = JSON.parse(await fetchText(new URL('/api/services', registryUrl).href, limits))
  if (!Value.Check(Services, listed)) throw new TypeError('the registry lists no services')
  return listed.items.flatMap(({ service, instances }) =>
    instances.map(({ host, port, status }) => ({
      ...targetAt(service, `${host.includes(':') ? `[${host}]` : host}:${port}`),
      isReady: status === 'healthy',
    })),
  )
}

/** The target of a service at `host:port`. */
export function targetAt(job: string, instance: string): Target {
  return { job, instance, url: `http://${instance}/metrics`, isReady: undefined }
}
