import type { IncomingMessage } from 'node:http'
import { fullJitterMs, sleep, systemTime, type Time } from '@stoa/resilience'
import { eventStreamParser, type StreamEvent } from '@stoa/kernel/event-stream'
import { reasonOf, type DiscoveryObserver } from './events.ts'
import { instanceTable, type InstanceTable } from './instance-table.ts'
import { parseChange, parseSnapshot } from './registry-messages.ts'
import { askRegistry, openRegistry, registryAway, type RegistryAddress } from './registry-request.ts'
import type { Resolver } from './resolver.ts'
import { staticInstances, type StaticInstance } from './static-resolver.ts'

/** Settings of a registry's resolver. */
export interface RegistryResolverOptions extends RegistryAddress {
  /** What is answered until the registry has answered once. */
  readonly initial?: Readonly<Record<string, readonly StaticInstance[]>>
  /** After this silence the stream counts as dead (45 s; the registry sends a comment every 15 s). */
  readonly idleTimeoutMs?: number
  readonly time?: Time
  readonly random?: () => number
  readonly observer?: DiscoveryObserver | undefined
}

const firstPauseMs = 100
const longestPauseMs = 5_000

/**
 * Follows the registry: all services first, then every change as it is told. While the registry is unavailable the last known
 * answer stands, and it is retried with backoff and full jitter, at most 5 s apart, from the last revision seen.
 * Watches from now on; `close` ends it.
 */
export function registryResolver(options: RegistryResolverOptions): Resolver {
  const { time = systemTime, random = Math.random, observer } = options
  const table = instanceTable(observer, time)
  if (options.initial !== undefined) table.replace(staticInstances(options.initial))
  const closing = new AbortController()
  const watcher = registryWatcher(options, table, closing.signal)
  let trouble: string | undefined = 'the registry has not responded yet'

  async function follow(): Promise<void> {
    for (let failures = 1; ; failures++) {
      try {
        await watcher.watch(() => {
          failures = 0
          trouble = undefined
          observer?.onEvent({ type: 'registry_connected' })
        })
      } catch (error) {
        if (closing.signal.aborted) return
        trouble = `the registry cannot be followed: ${reasonOf(error)}`
        observer?.onEvent({ type: 'registry_lost', reason: reasonOf(error) })
      }
      try {
        await sleep(time, fullJitterMs(Math.max(1, failures), firstPauseMs, longestPauseMs, random), closing.signal)
      } catch {
        return
      }
    }
  }

  const following = follow()
  return {
    resolve: table.resolve,
    ready: table.ready,
    isInformed: table.isInformed,
    trouble: () => trouble,
    onChange: table.onChange,
    close: () => {
      closing.abort()
      return following
    },
  }
}

/** Keeps the table as the registry tells, and with it the revision to continue from. */
function registryWatcher(options: RegistryResolverOptions, table: InstanceTable, signal: AbortSignal) {
  let revision: number | undefined

  function replaceAll(value: unknown): void {
    const snapshot = parseSnapshot(value)
    revision = snapshot.revision
    table.replace(snapshot.services)
  }

  function take({ event, data }: StreamEvent): void {
    if (event === 'snapshot') return replaceAll(JSON.parse(data))
    if (event !== 'change') return
    const change = parseChange(JSON.parse(data))
    if (revision !== undefined && change.revision <= revision) return
    revision = change.revision
    table.set(change.service, change.instances)
  }

  /** Never resolves: rejects when the stream has ended, on either side. */
  async function watch(onConnected: () => void): Promise<never> {
    if (revision === undefined) {
      const asked = { method: 'GET', path: '/api/services', signal } as const
      const { status, body } = await askRegistry(options, asked)
      if (status !== 200) throw registryAway(`status ${status}`)
      replaceAll(body)
    }
    const response = await openRegistry(options, {
      method: 'GET',
      path: '/api/services/watch',
      headers: { accept: 'text/event-stream', 'last-event-id': String(revision) },
      idleTimeoutMs: options.idleTimeoutMs ?? 45_000,
      signal,
    })
    try {
      if (response.statusCode !== 200) throw registryAway(`status ${response.statusCode}`)
      onConnected()
      await readAll(response, take)
    } catch (error) {
      // What it sent made no sense, so what is known of it makes none either: begin with everything.
      if (error instanceof TypeError || error instanceof SyntaxError || error instanceof RangeError)
        revision = undefined
      throw error
    } finally {
      response.destroy()
    }
    throw registryAway('the stream has ended')
  }

  return { watch }
}

async function readAll(response: IncomingMessage, onEvent: (event: StreamEvent) => void): Promise<void> {
  const parser = eventStreamParser(onEvent)
  for await (const chunk of response as AsyncIterable<string>) parser.write(chunk)
}
