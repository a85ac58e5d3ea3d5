import {
  bodyLimitOf,
  isInternalPath,
  MAX_BODY_BYTES,
  type Operation,
  type Permission,
  type Service,
} from '@stoa/contract'
import { deprecatedRoute, type DeprecatedRoute } from '../policies/deprecation.ts'

/** A route of the gateway, from the contract of its service. */
export interface Route {
  readonly service: string
  readonly name: string
  /** `*` for a mount, which takes all methods below its prefix. */
  readonly method: string
  readonly path: string
  /** The scope of circuit breakers: the collection of the path. */
  readonly group: string
  readonly permission: Permission
  readonly rateClass: 'standard' | 'critical'
  readonly timeoutMs: number
  /** The most that is read of a body: what the operation's schema can need. */
  readonly bodyLimitBytes: number
  /** The default wait in seconds. */
  readonly waitSeconds: number
  /** Whether its service keeps a record of the `Idempotency-Key`; `none` does a write again each time it is sent. */
  readonly idempotencyKey: Operation['idempotencyKey']
  readonly isStream: boolean
  /** Whether it is a stream that becomes a WebSocket. */
  readonly isSocket?: boolean
  /** Whether its body is passed on as it arrives, and is not kept for another attempt. */
  readonly isUpload?: boolean
  /** Whether its response is the content of a blob, which may take any time as long as it moves. */
  readonly isDownload?: boolean
  /** Whether it changes nothing, whatever its method: it may be sent again. */
  readonly onlyReads?: boolean
  /** Whether a mounted handler returns its own errors. */
  readonly isForeign: boolean
  /** Whether a mounted handler authenticates its own callers, by other means than our tokens. */
  readonly checksCallers: boolean
  /** The callers that share cached responses. */
  readonly sharedWith: Operation['sharedWith']
  /** Failures to sign in by it count against the caller's address. */
  readonly isSignIn: boolean
  /** What its responses say, if it is deprecated. */
  readonly deprecated?: DeprecatedRoute
}

/** Returns the routes of all services, from their contracts. */
export function routesOf(services: readonly Service[]): Route[] {
  return services.flatMap((service) =>
    reachableOf(service).map(([name, route]): Route => {
      const { path, permission } = route
      const shared = { service: service.name, name, path, group: groupOf(path), permission }
      const isOpen = route.kind === 'stream' || route.kind === 'socket'
      const isSignIn = !isOpen && route.checksPassword
      if (route.kind === 'operation') {
        const { method, rateClass, timeoutMs, waitSeconds, idempotencyKey, sharedWith } = route
        const said = { method, rateClass, timeoutMs, waitSeconds, idempotencyKey, sharedWith }
        const [isUpload, isDownload] = [route.upload !== undefined, route.download !== undefined]
        const blobs = { isUpload, isDownload, bodyLimitBytes: bodyLimitOf(route) }
        const deprecated = route.deprecated && deprecatedRoute(route.deprecated, service)
        const end = deprecated === undefined ? {} : { deprecated }
        return {
          ...shared,
          ...said,
          ...blobs,
          ...end,
          isStream: false,
          isForeign: false,
          checksCallers: false,
          isSignIn,
        }
      }
      const method = isOpen ? 'GET' : '*'
      return {
        ...shared,
        method,
        rateClass: 'standard',
        timeoutMs: 10_000,
        bodyLimitBytes: MAX_BODY_BYTES,
        waitSeconds: 0,
        idempotencyKey: 'none',
        sharedWith: undefined,
        isStream: isOpen,
        isSocket: route.kind === 'socket',
        isForeign: !isOpen,
        checksCallers: route.kind === 'mount' && !route.takesTokens,
        isSignIn,
      }
    }),
  )
}

/** `orders` of `/api/v1/orders/{id}/returns`; the first segment of other paths. */
function groupOf(path: string): string {
  const [, first = '', version, collection] = path.split('/')
  return first === 'api' && version !== undefined && collection !== undefined ? collection : first
}

function reachableOf({ operations }: Service) {
  return Object.entries(operations).filter(([, { path }]) => !isInternalPath(path))
}
