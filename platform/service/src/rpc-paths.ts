import type { Service } from '@stoa/contract'

/** The first segments that belong to RPC: `/stoa.order.v1.OrderRpc/…`. */
export function rpcPaths(service: Service): ReadonlySet<string> {
  const own = service.rpc === undefined ? [] : [service.rpc.service.typeName]
  return new Set([...own, 'grpc.health.v1.Health'])
}

/** Whether the path of a request belongs to RPC. */
export function isRpc(url: string | undefined, paths: ReadonlySet<string>): boolean {
  const end = url?.indexOf('/', 1) ?? -1
  return end > 0 && paths.has(url?.slice(1, end) ?? '')
}
