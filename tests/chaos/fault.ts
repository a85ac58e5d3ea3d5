import type { Random } from './random.ts'
import type { System } from './system.ts'

/** One thing that goes wrong, decided and not yet done. */
export interface Strike {
  /** In words, with whom it hits and for how long: the same for the same seed. */
  readonly what: string
  /** How many processes it kills; none unless given. */
  readonly kills?: number
  /** Does it, and resolves when it is over and what it hit may get well. */
  readonly run: (system: System) => Promise<void>
}

/** A kind of thing that goes wrong. */
export interface Fault {
  readonly kind: string
  /** How often it is dealt, relative to the others. */
  readonly weight: number
  /** Why it cannot happen on this machine, where it cannot. */
  readonly refused?: (system: System) => string | undefined
  /** Decides by chance alone whom it hits and for how long; a `long` run has longer ones. */
  readonly plan: (random: Random, options: { readonly isLong: boolean }) => Strike
}
