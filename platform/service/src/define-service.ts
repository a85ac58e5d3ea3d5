import type { Tally } from '@stoa/audit'
import type { Bindings, Calls, Flags, ReadHandle, Service, Tx, WriteHandle } from '@stoa/contract'
import type { Blobs } from '@stoa/blobs'
import type { Settings } from '@stoa/config'
import type { Clock, NewId } from '@stoa/kernel'
import type { AdminEndpoint } from '@stoa/kernel/admin'
import type { Dependency } from '@stoa/kernel/part'
import type { BatchControl, CatchUp, LogFollower } from '@stoa/events'
import type { Database, MigrationSet } from '@stoa/postgres'
import type { Telemetry } from '@stoa/telemetry'
import type { SignIn } from './sign-in.ts'

/** The context from which a service creates its deps when it starts. */
export interface DepsContext<Config, S extends Service> {
  /** The settings; those that are reloadable change while the service runs, so read them where they are used. */
  readonly config: Config
  readonly db: ReadHandle
  readonly database: Database
  readonly clock: Clock
  readonly newId: NewId
  readonly telemetry: Telemetry
  /** Makes the transaction of the service from a transaction of `database`. */
  readonly makeTx: (handle: WriteHandle) => Tx<S>
  /** Records actions outside of a transaction in the audit trail, equal ones of a minute as one entry. */
  readonly audit: Tally
  /** Signs in callers of a door that the service opens beside its port. */
  readonly signIn: SignIn
  /** The clients of the declared calls, outside of any request. */
  readonly calls: Calls<S['calls']>
  /** The declared feature flags; their rules come from config, and their defaults from the contract. */
  readonly flags: Flags<S['flags']>
  /** The blobs of the service; only for a service that declares some. */
  readonly blobs: Blobs
  /** Progress, pause and restart of the declared batches. */
  readonly batches: BatchControl<keyof S['batches'] & string>
  /** Waits until these consumer groups have handled all events that are in the log now; available after the service has started. */
  readonly caughtUp: (wait: { readonly groups: readonly string[]; readonly timeoutMs: number }) => Promise<CatchUp>
}

/** The settings of a service, created by `defineConfig` of `@stoa/config`. */
export interface ConfigReader<Config> {
  readonly parse: (env: Readonly<Record<string, string | undefined>>) => Config
  /** The declarations of the settings; without them none is reloadable. */
  readonly settings?: Settings
}

/** Hooks of a service for its start and stop. */
export interface Lifecycle<Deps> {
  /** Runs before the service is ready, for example to build read copies or keys. */
  readonly onStart?: (deps: Deps) => Promise<void>
  /** Checks of dependencies that the contract does not declare, such as a mail server; they affect `/health`, not the readiness. */
  readonly checks?: (deps: Deps) => Readonly<Record<string, Dependency['check']>>
  readonly onStop?: (deps: Deps) => Promise<void>
  /** What every event of the log is handed to, by the processes that do background work. */
  readonly followers?: (deps: Deps) => readonly LogFollower[]
  /** Additional operating endpoints, bound by `serveEndpoints`. */
  readonly admin?: (deps: Deps) => readonly AdminEndpoint[]
}

interface Definition<S extends Service, Config, Deps, B> extends Lifecycle<Deps> {
  readonly config: ConfigReader<Config>
  /** The folder of the migrations: `new URL('../migrations/', import.meta.url)`. */
  readonly migrations: URL
  /** The tables of packages that the service uses beside those of every service; created before its own. */
  readonly migrationSets?: readonly MigrationSet[]
  readonly deps: (context: DepsContext<Config, S>) => Deps
  readonly bind: (deps: Deps) => B & NothingElse<B, Bindings<S>>
}

/** Makes a handler that the contract does not declare a compile-time error. */
type NothingElse<B, Wanted> = {
  readonly [Part in keyof B]: Part extends keyof Wanted
    ? B[Part] extends object
      ? { readonly [Name in keyof B[Part]]: Name extends keyof Wanted[Part] ? B[Part][Name] : never }
      : B[Part]
    : never
}

/** A service with all its handlers: it can be started any number of times, in one process or several. */
export interface DefinedService<Config = any, S extends Service = Service> extends Lifecycle<any> {
  readonly contract: S
  readonly config: ConfigReader<Config>
  readonly migrations: URL
  readonly deps: (context: DepsContext<any, any>) => unknown
  readonly bind: (deps: any) => Bindings<any>
  readonly migrationSets?: readonly MigrationSet[]
}

/**
 * Binds a handler to every declaration of a contract. A missing, undeclared or wrong handler does not
 * compile.
 */
export function defineService<S extends Service, Config, Deps, const B extends Bindings<S>>(
  contract: S,
  definition: Definition<S, Config, Deps, B>,
): DefinedService<Config, S> {
  return { contract, ...(definition as unknown as Omit<DefinedService<Config>, 'contract'>) }
}
