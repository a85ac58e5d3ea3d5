import type { RunningSystem } from './running-system.ts'
import type { Customer, Shop } from './shop.ts'

/** What the cases of one run share. */
export interface World {
  readonly system: RunningSystem
  readonly shop: Shop
  /** Pays at once. */
  readonly buyer: Customer
  /** Whose payments wait for a person. */
  readonly suspect: Customer
  /** How many processes of order there are. */
  readonly replicas: number
  /** Where order listens: the replica whose crash is tried, which therefore gets the sagas to drive. */
  readonly driverUrl: string
  /** Lets no other replica take a saga without an owner, until the driver is killed. */
  readonly steer: () => Promise<void>
  /** kill -9 of that replica. */
  readonly killDriver: () => Promise<void>
  /** All processes are there again. */
  readonly untilReady: () => Promise<void>
  /** What was tried, by the name of the point. */
  readonly tried: Set<string>
  readonly random: () => number
}

/** One line of the matrix. */
export interface Case {
  readonly saga: string
  readonly step: string
  readonly fault: string
  /** Resolves with what became of it, in words; rejects when that is not what must come of it. */
  readonly run: (world: World) => Promise<string>
}

/** Cases that are run at once: they disturb one another no more than orders of a shop do. */
export interface Group {
  readonly name: string
  readonly cases: readonly Case[]
  /** The replica that drives is killed over it. */
  readonly killsDriver?: boolean
  /** What happens to all of them together, beside them. */
  readonly conduct?: (world: World) => Promise<void>
  /** Belongs to the small sample. */
  readonly isSmall: boolean
}
