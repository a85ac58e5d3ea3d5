import { isInternalPath, type Operation, type Permission, type Service } from '@stoa/contract'

/** What the gateway knows of one path and method, from the contract of whoever serves it. */
export interface Route {
  readonly service: string
  readonly name: string
  /** `*` for a mount, which takes all methods below its prefix. */
  readonly method: string
  readonly path: string
  readonly permission: Permission
  readonly rateClass: 'standard' | 'critical'
  readonly timeoutMs: number
  /** Whether it waits when the client does not ask for it; seconds. */
  readonly waitSeconds: number
  /** Whether its service keeps a record of the `Idempotency-Key`; `none` does a write again each time it is sent. */
  readonly idempotencyKey: Operation['idempotencyKey']
  readonly isStream: boolean
  /** A foreign protocol answers its own errors and checks its own callers. */
  readonly isForeign: boolean
  /** Whose answers may be kept, and given to others. */
  readonly sharedWith: Operation['sharedWith']
  /** Failures to sign in by it count against the caller's address. */
  readonly isSignIn: boolean
}

const signInPaths = new Set(['/api/v1/users/authenticate', '/api/v1/users/login', '/oauth2/*'])

/** The routes of all services, made from their contracts. */
export function routesOf(services: readonly Service[]): Route[] {
  return services.flatMap((service) =>
    reachableOf(service).map(([name, route]): Route => {
      const shared = { service: service.name, name, path: route.path, permission: route.permission }
      const isSignIn = signInPaths.has(route.path)
      if (route.kind === 'operation') {
        const { method, rateClass, timeoutMs, waitSeconds, idempotencyKey, sharedWith } = route
        const said = { method, rateClass, timeoutMs, waitSeconds, idempotencyKey, sharedWith }
        return { ...shared, ...said, isStream: false, isForeign: false, isSignIn }
      }
      const isStream = route.kind === 'stream'
      const method = isStream ? 'GET' : '*'
      return {
        ...shared,
        method,
        rateClass: 'standard',
        timeoutMs: 10_000,
        waitSeconds: 0,
        idempotencyKey: 'none',
        sharedWith: undefined,
        isStream,
        isForeign: !isStream,
        isSignIn,
      }
    }),
  )
}

function reachableOf({ operations }: Service) {
  return Object.entries(operations).filter(([, { path }]) => !isInternalPath(path))
}
