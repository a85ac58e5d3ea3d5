import {
  JsonText,
  refusedError,
  refuseFrom,
  type Caller,
  type Operation,
  type RefuseAtRunTime,
  type Service,
} from '@stoa/contract'
import type { AppError } from '@stoa/kernel'
import { inputReader, paramsChecker, type InputReader } from './input.ts'
import { refusalOf } from './refusals.ts'
import { requiresIfMatch, sendsEtag } from './versions.ts'

/** A handler with its types erased. */
export type ErasedHandler = (context: object) => Promise<unknown>

/** One declared operation, with all that is found out about it once. */
export interface OperationRoute {
  readonly name: string
  readonly operation: Operation
  readonly handler: ErasedHandler
  /** Whether the path's parameters can name something. */
  readonly namesSomething: (params: { readonly [name: string]: string }) => boolean
  readonly readInput: InputReader
  readonly refuse: RefuseAtRunTime
  /** The read whose response for the committed id is the body of this operation. */
  readonly answersWith: OperationRoute | undefined
  /** Whether a change needs `If-Match`: its resource can be read at the same path, with its version. */
  readonly requiresIfMatch: boolean
  /** Whether it is a read whose successful responses have an `ETag`. */
  readonly sendsEtag: boolean
  /** Path parameters, and the log field that each one's value is written to (`orderId`). */
  readonly logFields: readonly (readonly [parameter: string, field: string])[]
}

/** Builds the routes of all operations; `answersWith` must name a read of the contract. */
export function makeOperationRoutes(
  service: Service,
  bindings: { readonly [name: string]: unknown },
): ReadonlyMap<string, OperationRoute> {
  const routes = new Map<string, OperationRoute>()
  const refuse = refuseFrom(service.errors)
  const operations = Object.entries(service.operations).filter(
    (entry): entry is [string, Operation] => entry[1].kind === 'operation',
  )
  const make = (name: string, operation: Operation): OperationRoute => {
    const known = routes.get(name)
    if (known !== undefined) return known
    const readName = operation.answersWith
    const read = operations.find(([other]) => other === readName)?.[1]
    if (readName !== undefined && read?.effect !== 'read') {
      throw new TypeError(`${service.name}.${name} returns ${readName}, which is not a read operation of the contract`)
    }
    const handler = bindings[name]
    if (typeof handler !== 'function') throw new TypeError(`${service.name}.${name} has no handler`)
    const route: OperationRoute = {
      name,
      operation,
      handler: handler as ErasedHandler,
      namesSomething: paramsChecker(operation.params),
      readInput: inputReader(operation),
      refuse,
      answersWith: read === undefined || readName === undefined ? undefined : make(readName, read),
      requiresIfMatch: requiresIfMatch(service, operation),
      sendsEtag: sendsEtag(service, operation),
      logFields: parametersOf(operation.path).map(
        (parameter) => [parameter, logFieldOf(operation.path, parameter)] as const,
      ),
    }
    routes.set(name, route)
    return route
  }
  for (const [name, operation] of operations) make(name, operation)
  return routes
}

/** The names in braces of a path, in their order. */
export function parametersOf(path: string): string[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name ?? '')
}

/** The log field of a path parameter: its own name, or for `id` the name of the resource (`/orders/{id}` → `orderId`). */
export function logFieldOf(path: string, parameter: string): string {
  if (parameter !== 'id') return parameter
  const collection = path.slice(0, path.indexOf('/{id}')).split('/').at(-1) ?? ''
  const singular = collection
    .replace(/ies$/, 'y')
    .replace(/(ss|x|ch|sh)es$/, '$1')
    .replace(/([^s])s$/, '$1')
  return `${singular.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}Id`
}

/** The refusal that hides whether another's resource exists. */
export function hiddenResource({
  operation,
  refuse,
}: {
  readonly operation: Pick<Operation, 'refuses'>
  readonly refuse: OperationRoute['refuse']
}): AppError {
  const detail = 'The resource does not exist.'
  const code = operation.refuses.find(isNotFound)
  if (code === undefined) return refusalOf('request.path_unknown', detail)
  return refusedError(refuse(code, detail))
}

/** Whether a code says that a resource does not exist, such as `order.not_found` or `order.cart_not_found`. */
export function isNotFound(code: string): boolean {
  return /[._]not_found$/.test(code)
}

/** The refusal of a code that the contract declares. */
export function catalogueRefusal({ refuse }: Pick<OperationRoute, 'refuse'>, code: string, detail: string): AppError {
  return refusedError(refuse(code, detail))
}

/** @throws AppError 404 if the path matches no resource, or if the owner in the path is someone else and the caller may not access every resource. */
export function requireReachOfPath(
  route: OperationRoute,
  params: { readonly [name: string]: string },
  caller: Caller,
): void {
  if (!route.namesSomething(params)) throw hiddenResource(route)
  const { owner } = route.operation
  if (owner.startsWith('path:') && !caller.mayReach(params[owner.slice('path:'.length)])) throw hiddenResource(route)
}

/** @throws AppError 404 if the owner in the response is someone else and the caller may not access every resource. */
export function requireReachOfBody(route: OperationRoute, body: unknown, caller: Caller): void {
  const { owner } = route.operation
  if (owner === 'none' || owner.startsWith('path:') || body === undefined) return
  const value: unknown = body instanceof JsonText ? body.parse() : body
  const ownerId: unknown =
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[owner] : undefined
  if (!caller.mayReach(typeof ownerId === 'string' ? ownerId : undefined)) throw hiddenResource(route)
}
