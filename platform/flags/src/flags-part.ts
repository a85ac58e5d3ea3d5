import type { FlagContext, Flags, FlagType, FlagTypes, FlagValue } from '@stoa/contract'
import type { Clock } from '@stoa/kernel'
import type { Part } from '@stoa/kernel/part'
import type { Database } from '@stoa/postgres'
import type { Client, EvaluationContext, JsonValue } from '@openfeature/server-sdk'
import { flagSource } from './flag-source.ts'
import { followConfig, type ConfigFollower, type FollowOptions } from './follow-config.ts'
import { readLastKnown, writeLastKnown } from './last-known.ts'
import type { OpenFeatureClient } from './open-feature.ts'
import type { Snapshot } from './snapshot.ts'

/** The settings of a service that follow config. */
export interface ReloadableSettings {
  /** The JSON Schemas of the settings by name. */
  readonly schemas: Readonly<Record<string, object>>
  /** Uses these values; returns the names that it ignored. */
  readonly apply: (values: Readonly<Record<string, unknown>>) => readonly string[]
}

/** What the flags of a running service need. */
export interface FlagsOptions extends Pick<FollowOptions, 'resolver' | 'tokens' | 'logger' | 'declareEveryMs'> {
  readonly service: { readonly name: string; readonly flags: FlagTypes }
  /** Distinguishes this process from others in OpenFeature. */
  readonly domain: string
  readonly database: Database
  readonly clock: Clock
  /** The reloadable settings; none if omitted. */
  readonly settings?: ReloadableSettings
  /** Values in place of those of config, in tests; it is not followed then. */
  readonly fixed?: Readonly<Record<string, FlagValue | undefined>> | undefined
}

/** The flags of a running service, and the part that keeps them up to date. */
export interface RunningFlags {
  readonly flags: Flags
  readonly part: Part
}

const reportEveryMs = 60_000

/**
 * Makes the flags of a service. They start with what the service knew last, follow config in the background, and report once a minute how
 * often they were evaluated. Nothing here makes a start or a request fail or wait.
 */
export function runFlags(options: FlagsOptions): RunningFlags {
  const { service, domain, clock, fixed, settings } = options
  const part: Part = { name: 'flags' }
  const hasFlags = Object.keys(service.flags).length > 0
  const hasSettings = Object.keys(settings?.schemas ?? {}).length > 0
  if (fixed !== undefined || !(hasFlags || hasSettings)) return { flags: fixedFlags(service.flags, fixed ?? {}), part }
  const source = flagSource(service.flags, clock)
  let opening: Promise<OpenFeatureClient> | undefined
  // loaded only by the services that have flags
  const open = () =>
    (opening ??= import('./open-feature.ts').then(({ openFeatureClient }) => openFeatureClient(domain, source)))
  let end = async () => {}
  async function value(key: string, context: FlagContext = {}): Promise<FlagValue> {
    const { client } = await open()
    return valueOf(client, { key, type: service.flags[key] as FlagType, context })
  }
  return {
    flags: { value },
    part: {
      ...part,
      async start() {
        if (hasFlags) await open()
        end = await keepCurrent(options, source)
      },
      async stop() {
        await end()
        await (await opening)?.close()
      },
    },
  }
}

/** Loads the last known rules, and follows config until the returned function is called. */
async function keepCurrent(options: FlagsOptions, source: ReturnType<typeof flagSource>): Promise<() => Promise<void>> {
  const { database, service, logger, settings } = options
  const known = await readLastKnown(database)
  const keep = lastWins((snapshot: Snapshot) => writeLastKnown(database, snapshot), logger)
  let last = ''
  const use = (snapshot: Snapshot) => {
    source.replace(snapshot.flags)
    const ignored = settings?.apply(snapshot.settings ?? {}) ?? []
    if (ignored.length > 0) logger.warn('values of config are not valid for this release', { settings: ignored })
    last = JSON.stringify(snapshot)
  }
  if (known !== undefined) use(known)
  const follower = followConfig({
    ...options,
    declarations: { flags: flagsOf(service.flags), settings: settings?.schemas ?? {} },
    onSnapshot(snapshot) {
      const isNew = JSON.stringify(snapshot) !== last
      use(snapshot)
      if (isNew) keep(snapshot)
    },
  })
  const timer = setInterval(() => void report(follower, source), reportEveryMs).unref()
  return async () => {
    clearInterval(timer)
    await report(follower, source)
    await follower.close()
  }
}

/** Writes snapshots one after the other and skips those that a later one has replaced, so that the latest is what stays. */
function lastWins(write: (snapshot: Snapshot) => Promise<void>, logger: FlagsOptions['logger']) {
  let next: Snapshot | undefined
  let isWriting = false
  async function run(): Promise<void> {
    isWriting = true
    for (let snapshot = next; snapshot !== undefined; snapshot = next) {
      next = undefined
      await write(snapshot).catch((error: unknown) =>
        logger.warn('the flags of config were not kept for the next start', { error }),
      )
    }
    isWriting = false
  }
  return (snapshot: Snapshot) => {
    next = snapshot
    if (!isWriting) void run()
  }
}

async function report(follower: ConfigFollower, source: ReturnType<typeof flagSource>): Promise<void> {
  const uses = source.takeUses()
  if (uses.length === 0) return
  await follower.send('/internal/evaluations', { items: uses }).catch(() => source.returnUses(uses))
}

function flagsOf(flags: FlagTypes): object[] {
  return Object.entries(flags).map(([key, { type, description, variants, default: defaultVariant }]) => ({
    key,
    type,
    description,
    variants,
    defaultVariant,
  }))
}

interface Asked {
  readonly key: string
  readonly type: FlagType
  readonly context: FlagContext
}

async function valueOf(client: Client, { key, type, context: given }: Asked): Promise<FlagValue> {
  const fallback = type.variants[type.default] as FlagValue
  const context = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as EvaluationContext
  if (typeof fallback === 'boolean') return client.getBooleanValue(key, fallback, context)
  if (typeof fallback === 'string') return client.getStringValue(key, fallback, context)
  if (typeof fallback === 'number') return client.getNumberValue(key, fallback, context)
  return (await client.getObjectValue(key, fallback as JsonValue, context)) as FlagValue
}

/** Flags with given values, and their defaults otherwise. */
function fixedFlags(declared: FlagTypes, values: Readonly<Record<string, FlagValue | undefined>>): Flags {
  return {
    async value(key) {
      const type = declared[key] as FlagType
      return (values[key] ?? type.variants[type.default]) as never
    },
  }
}
