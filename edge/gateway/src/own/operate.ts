import { platformError } from '@stoa/kernel'
import type { RequestHead } from '../exchange.ts'
import type { Route } from '../routes/route.ts'

/** An operating request as its service gets it. */
export interface Operation {
  readonly route: Route
  readonly head: RequestHead
}

const prefix = '/api/v1/ops/'

/** Maps `/api/v1/ops/order/sagas` to `/admin/sagas` of order. Throws `request.path_unknown` for an unknown service. */
export function operationOf(route: Route, head: RequestHead, services: ReadonlySet<string>): Operation {
  const [service = '', ...rest] = head.path.slice(prefix.length).split('/')
  if (!services.has(service)) {
    const known = [...services].join(', ')
    throw platformError('request.path_unknown', `There is no service "${service}"; the services are ${known}.`)
  }
  return { route: { ...route, service, group: 'ops' }, head: { ...head, path: `/admin/${rest.join('/')}` } }
}
