import type { Service } from '@stoa/contract'
import type { DeclaredRoute } from '../../requests/declared-routes.ts'
import { ownDoorsOf, send } from '../../requests/send.ts'

/** Requests by what became of them. */
export interface Count {
  readonly good: number
  readonly refused: number
}

/** How many requests each route of each service has answered, by its own metrics. */
export type Counts = ReadonlyMap<string, Count>

const sample = /^http_server_request_duration_seconds_count\{(.*)\} (\d+)/

export function routeKey({ service, route }: DeclaredRoute): string {
  return `${service.name} ${route.method} ${route.path}`
}

/** Reads the metrics of the services, of all their processes. */
export async function countsByRoute(services: readonly Service[]): Promise<Counts> {
  const counts = new Map<string, Count>()
  for (const { name } of services) {
    for (const door of ownDoorsOf(name)) {
      const { text } = await send(door, { method: 'GET', path: '/metrics' })
      for (const line of text.split('\n')) addSample(counts, name, line)
    }
  }
  return counts
}

function addSample(counts: Map<string, Count>, service: string, line: string): void {
  const [, labels = '', number = '0'] = sample.exec(line) ?? []
  const label = (wanted: string) => new RegExp(`${wanted}="([^"]*)"`).exec(labels)?.[1] ?? ''
  const key = `${service} ${label('http_request_method')} ${label('http_route')}`
  const { good, refused } = counts.get(key) ?? { good: 0, refused: 0 }
  const status = label('http_response_status_code')
  // a stream ends when its client leaves
  const isGood = status < '400' || status === '499'
  counts.set(key, isGood ? { good: good + Number(number), refused } : { good, refused: refused + Number(number) })
}
