import { Unwell, type Dependencies, type Dependency, type HealthFacts } from '@stoa/kernel/part'

/** A dependency in `/health`. */
export interface ComponentReport extends HealthFacts {
  readonly status: 'up' | 'down'
  readonly isRequired: boolean
  readonly reason?: string
}

/** The body of `/health`: `degraded` means that only dependencies that are not required are down. */
export interface HealthReport {
  readonly status: 'up' | 'degraded' | 'down'
  readonly components: Readonly<Record<string, ComponentReport>>
}

/** The health of a process. */
export interface Health {
  /** Whether requests may be sent here: started, not draining, every required dependency up. */
  readonly isReady: () => Promise<boolean>
  /** All dependencies; requests within a second share one examination. */
  readonly report: () => Promise<HealthReport>
}

interface HealthOptions {
  /** A function where they change while the process runs. */
  readonly dependencies: Dependencies | (() => Dependencies)
  /** Started, and not draining. */
  readonly isReady: () => boolean
  /** Milliseconds after which a check counts as failed; 2,000 by default. */
  readonly checkTimeoutMs?: number
  /** Milliseconds for which a report is cached; 1,000 by default. */
  readonly keptMs?: number
}

/** Makes the reports of `/health` and `/health/ready`. A dependency that is not required never makes a process unready. */
export function makeHealth(options: HealthOptions): Health {
  const { dependencies, isReady, checkTimeoutMs = 2_000, keptMs = 1_000 } = options
  const current = () => (typeof dependencies === 'function' ? dependencies() : dependencies)
  let kept: { readonly report: Promise<HealthReport>; readonly untilMs: number } | undefined

  async function examine(): Promise<HealthReport> {
    const examined = Object.entries(current()).map(
      async ([name, dependency]) => [name, await examineOne(dependency, checkTimeoutMs)] as const,
    )
    const components = Object.fromEntries(await Promise.all(examined))
    const down = Object.values(components).filter(({ status }) => status === 'down')
    const isDown = !isReady() || down.some((each) => each.isRequired)
    return { status: isDown ? 'down' : down.length > 0 ? 'degraded' : 'up', components }
  }

  return {
    async isReady() {
      if (!isReady()) return false
      const required = Object.values(current()).filter((each) => each.isRequired === true)
      const reports = await Promise.all(required.map((each) => examineOne(each, checkTimeoutMs)))
      return reports.every(({ status }) => status === 'up')
    },
    report() {
      if (kept === undefined || performance.now() >= kept.untilMs) {
        kept = { report: examine(), untilMs: performance.now() + keptMs }
      }
      return kept.report
    },
  }
}

async function examineOne({ check, isRequired = false }: Dependency, timeoutMs: number): Promise<ComponentReport> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no response within ${timeoutMs} ms`)), timeoutMs)
  try {
    const facts = await Promise.race([check(), late])
    return { status: 'up', isRequired, ...facts }
  } catch (error) {
    const reason = error instanceof Error && error.message !== '' ? error.message : String(error)
    return { status: 'down', isRequired, reason, ...(error instanceof Unwell ? error.facts : {}) }
  } finally {
    clearTimeout(timer)
  }
}
