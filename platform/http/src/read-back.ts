import { isRefused, refusedError, type ReadHandle } from '@stoa/contract'
import { callerOf } from './caller.ts'
import { requestContext, type OperationCall, type OperationParts } from './request-context.ts'
import { parametersOf, requireReachOfBody, type OperationRoute } from './routes.ts'

/** A response before it is written. */
export interface Answered {
  readonly status: number
  readonly body?: unknown
  readonly headers?: { readonly [name: string]: string } | undefined
  readonly version?: number | string | undefined
}

/**
 * Reads the resource of a write as the same caller, in the given transaction if any. @throws
 * AppError the error of the read, or 404 if the resource belongs to someone else
 */
export async function readBack(
  parts: OperationParts,
  route: OperationRoute,
  read: OperationRoute,
  call: OperationCall,
  resourceId: string,
  tx?: ReadHandle,
): Promise<Answered> {
  const params = paramsOf(read, call, resourceId)
  const input = read.readInput(params, '', undefined)
  const context = requestContext(parts, read, { ...call, input, caller: callerOfResource(route, read, call) })
  const result = await read.handler(tx === undefined ? context : Object.assign(context, { db: tx }))
  if (isRefused(result)) throw refusedError(result)
  const answered = result as Answered
  requireReachOfBody(route, answered.body, call.caller)
  return answered
}

/** Returns the same caller with the permissions of both the write and the read. */
function callerOfResource(
  { operation: write }: OperationRoute,
  { operation: read }: OperationRoute,
  { exchange, caller }: OperationCall,
) {
  if (write.owner === 'none') return { ...caller, mayReach: () => true }
  return callerOf(exchange.principal ?? caller, caller.address, [read.permission, write.permission])
}

/** Returns the parameters of the read: those in the path of the write, and the committed id as the last one. */
function paramsOf(read: OperationRoute, { input }: OperationCall, resourceId: string): { [name: string]: string } {
  const names = parametersOf(read.operation.path)
  const last = names.at(-1)
  return Object.fromEntries(names.map((name) => [name, name === last ? resourceId : (input.params[name] ?? '')]))
}

/** Where the read finds the resource of a write. */
export function pathOf(read: OperationRoute, call: OperationCall, resourceId: string): string {
  const params = paramsOf(read, call, resourceId)
  return read.operation.path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
}
