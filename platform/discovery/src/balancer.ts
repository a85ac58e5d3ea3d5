import type { Instance } from './instance.ts'

/**
 * Picks the instance for a call. One balancer for each service or route, as it keeps what it made of the list it was
 * last given: hand it a resolver's list as it is, and leave instances out by `isUsable`, not by a list of one's own.
 */
export interface Balancer {
  /**
   * An instance of a weight above 0 that is usable, or undefined when there is none. Makes no garbage unless the list has
   * changed; `key` is what consistent hashing goes by.
   */
  readonly pick: (
    instances: readonly Instance[],
    key?: string,
    isUsable?: (instance: Instance) => boolean,
  ) => Instance | undefined
  /** A call to the instance has begun; needed by those that count. */
  readonly onStart?: (id: string) => void
  /** A call that was told to `onStart` has ended, in whichever way. */
  readonly onEnd?: (id: string) => void
}
