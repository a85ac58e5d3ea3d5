import type { Instance } from './instance.ts'

/** Knows where services run. */
export interface Resolver {
  /**
   * The last known answer, at once; empty for an unknown service. The array is frozen and stays the same one until
   * something changes, so that balancers may keep what they made of it.
   */
  readonly resolve: (service: string) => readonly Instance[]
  /** Resolves once the service has an instance that takes requests; rejects with `discovery.no_instance` (unavailable) after `timeoutMs`. */
  readonly ready: (service: string, timeoutMs: number) => Promise<void>
  /** Whether there was an answer at all; until then every service is unknown. */
  readonly isInformed: () => boolean
  /** Why the answers may be out of date: the registry cannot be followed now; undefined while it is followed. */
  readonly trouble: () => string | undefined
  /** Calls back after each change of the service's instances; answers the function that ends it. */
  readonly onChange: (service: string, listener: (instances: readonly Instance[]) => void) => () => void
  /** Ends watching; what was known stays resolvable. */
  readonly close: () => Promise<void>
}
