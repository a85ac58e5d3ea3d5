import type { Bindings, Calls, ReadHandle, Service, Tx, WriteHandle } from '@stoa/contract'
import type { Clock, NewId } from '@stoa/kernel'
import type { CatchUp } from '@stoa/events'
import type { Database, MigrationSet } from '@stoa/postgres'
import type { Telemetry } from '@stoa/telemetry'
import type { Area } from './admin-endpoints.ts'

/** What a service's own deps are made from, at its start. */
export interface DepsContext<Config, S extends Service> {
  readonly config: Config
  readonly db: ReadHandle
  readonly database: Database
  readonly clock: Clock
  readonly newId: NewId
  readonly telemetry: Telemetry
  /** Makes the service's transaction out of one of `database`'s. */
  readonly makeTx: (handle: WriteHandle) => Tx<S>
  /** The clients of the declared calls, outside of any request. */
  readonly calls: Calls<S['calls']>
  /** Waits until these consumer groups have handled what is in the event log now; once the service has started. */
  readonly caughtUp: (wait: { readonly groups: readonly string[]; readonly timeoutMs: number }) => Promise<CatchUp>
}

/** How a service reads its settings: `@stoa/config`'s `defineConfig` makes one. */
export interface ConfigReader<Config> {
  readonly parse: (env: Readonly<Record<string, string | undefined>>) => Config
}

/** Work of a service's own around its life. */
export interface Lifecycle<Deps> {
  /** Before it is ready: read copies built, keys made. */
  readonly onStart?: (deps: Deps) => Promise<void>
  /** Whether what it needs beyond its database is there; named in `/health`. */
  readonly checks?: (deps: Deps) => Readonly<Record<string, () => Promise<void>>>
  readonly onStop?: (deps: Deps) => Promise<void>
  /** Operating endpoints of its own beside those of every service, by their segment behind `/admin/`; for `ops`. */
  readonly admin?: (deps: Deps) => Readonly<Record<string, Area>>
}

interface Definition<S extends Service, Config, Deps, B> extends Lifecycle<Deps> {
  readonly config: ConfigReader<Config>
  /** Where the service's migrations stand; `new URL('../migrations/', import.meta.url)`. */
  readonly migrations: URL
  readonly deps: (context: DepsContext<Config, S>) => Deps
  readonly bind: (deps: Deps) => B & NothingElse<B, Bindings<S>>
}

/** A handler for what the contract doesn't name does not compile. */
type NothingElse<B, Wanted> = {
  readonly [Part in keyof B]: Part extends keyof Wanted
    ? B[Part] extends object
      ? { readonly [Name in keyof B[Part]]: Name extends keyof Wanted[Part] ? B[Part][Name] : never }
      : B[Part]
    : never
}

/** A service with everything bound: it can be started any number of times, in one process or several. */
export interface DefinedService<Config = any> extends Lifecycle<any> {
  readonly contract: Service
  readonly config: ConfigReader<Config>
  readonly migrations: URL
  readonly deps: (context: DepsContext<any, any>) => unknown
  readonly bind: (deps: any) => Bindings<any>
  readonly migrationSets?: readonly MigrationSet[]
}

/**
 * Binds a handler to everything a contract declares: its table of contents. One left out, one for what is not declared,
 * or another's does not compile.
 */
export function defineService<S extends Service, Config, Deps, const B extends Bindings<S>>(
  contract: S,
  definition: Definition<S, Config, Deps, B>,
): DefinedService<Config> {
  return { contract, ...(definition as unknown as Omit<DefinedService<Config>, 'contract'>) }
}
