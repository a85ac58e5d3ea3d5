import { readFile } from 'node:fs/promises'
import { ConfigError } from '@stoa/config'
import { sleep, systemTime } from '@stoa/resilience'
import { parseTrafficFile, type TrafficRule } from './traffic-rules.ts'

interface FollowOptions {
  readonly path: string
  readonly legacyNames: ReadonlySet<string>
  /** Whether a service is served now: one that is added later makes a refused file valid. */
  readonly isServed: (service: string) => boolean
  readonly onRules: (rules: readonly TrafficRule[]) => void
  /** Called once for each reason for which the file is refused. */
  readonly onRefused: (reason: string) => void
  readonly intervalMs?: number
}

/** A traffic file that is followed until `close`. */
export interface FollowedTraffic {
  /** Why the content of the file is not what applies; undefined while it is. */
  readonly trouble: () => string | undefined
  readonly close: () => Promise<void>
}

/**
 * Follows a traffic file: it is read every 2 s, and a content that is not valid changes nothing.
 * @throws ConfigError if it is not valid at the start
 */
export async function followTrafficFile(options: FollowOptions): Promise<FollowedTraffic> {
  const { path, legacyNames, isServed, onRules, onRefused, intervalMs = 2_000 } = options
  const closing = new AbortController()
  let taken: string | undefined
  let trouble: string | undefined

  function take(text: string, rules: readonly TrafficRule[]): void {
    const unknown = rules.find(({ service }) => service !== undefined && !isServed(service))
    if (unknown !== undefined)
      throw new TypeError(`the rule ${unknown.name} is about ${unknown.service}, which is not served`)
    onRules(rules)
    taken = text
  }

  async function look(): Promise<void> {
    try {
      const text = await read(path)
      if (text !== taken) take(text, parseTrafficFile(text, legacyNames))
      trouble = undefined
    } catch (error) {
      const reason = `the traffic file is refused: ${error instanceof Error ? error.message : String(error)}`
      if (reason !== trouble) onRefused(reason)
      trouble = reason
    }
  }

  async function followOn(): Promise<void> {
    while (!closing.signal.aborted) {
      await look()
      await sleep(systemTime, intervalMs, closing.signal).catch(() => undefined)
    }
  }

  await checkAtStart(path, legacyNames)
  await look()
  const following = followOn()
  return {
    trouble: () => trouble,
    close: () => {
      closing.abort()
      return following
    },
  }
}

async function checkAtStart(path: string, legacyNames: ReadonlySet<string>): Promise<void> {
  try {
    parseTrafficFile(await read(path), legacyNames)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const message = `TRAFFIC_FILE is ${JSON.stringify(path)}, expected a file of traffic rules: ${reason}`
    throw new ConfigError('gateway', [{ name: 'TRAFFIC_FILE', message }])
  }
}

async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'ENOENT' ? 'it does not exist' : `it cannot be read (${cause.code})`
    throw new TypeError(reason, { cause })
  })
}
