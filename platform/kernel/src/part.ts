import type { AdminEndpoint } from './admin.ts'

/** The details that a successful check adds to `/health`. */
export type HealthFacts = Readonly<Record<string, unknown>>

/** Something that a process uses and that may be unavailable. */
export interface Dependency {
  /** Rejects with the reason while the dependency cannot be used; `Unwell` adds facts to the reason. */
  readonly check: () => Promise<HealthFacts | void>
  /** Whether the process is not ready without it; false if omitted. */
  readonly isRequired?: boolean
}

/** The dependencies of a process by their names in `/health`. */
export type Dependencies = Readonly<Record<string, Dependency>>

/** The reason why a dependency cannot be used, with details. */
export class Unwell extends Error {
  readonly facts: HealthFacts

  constructor(reason: string, facts: HealthFacts = {}) {
    super(reason)
    this.name = 'Unwell'
    this.facts = facts
  }
}

/** Throws Unwell if there is a reason. */
export function throwTrouble(reason: string | undefined): void {
  if (reason !== undefined) throw new Unwell(reason)
}

/**
 * What a package adds to a running service. The parts of a service start in the order of their list and stop in the reverse
 * order, so a part may use those before it; if one does not start, all of them are stopped. The tables of a package are not in
 * its part, because they are created without a process; it exports them as a `MigrationSet`.
 */
export interface Part {
  /** Names it in the log of a stop. */
  readonly name: string
  /** Resolves when it works; rejects if the service cannot start. */
  readonly start?: () => Promise<void> | void
  /**
   * Completes or hands back the work in progress within the time, and closes what the part holds open. After that time it is
   * abandoned. Also called for a part that was not started or did not start.
   */
  readonly stop?: (timeoutMs: number) => Promise<unknown> | void
  /** What it needs, for `/health`. */
  readonly dependencies?: Dependencies
  /** Its operating endpoints. They work also if the part was not started here. */
  readonly admin?: readonly AdminEndpoint[]
}

/** Makes a part that does something repeatedly; `onFailure` gets the error of a run that failed, and the next run comes as usual. */
export function repeatedPart(
  name: string,
  everyMs: number,
  { run, onFailure }: { readonly run: () => Promise<unknown>; readonly onFailure: (error: unknown) => void },
): Part {
  let timer: ReturnType<typeof setInterval> | undefined
  return {
    name,
    start() {
      timer = setInterval(() => void run().catch(onFailure), everyMs)
      timer.unref()
    },
    stop: () => clearInterval(timer),
  }
}
