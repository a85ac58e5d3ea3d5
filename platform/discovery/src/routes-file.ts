import { readFile } from 'node:fs/promises'
import { routesDigest } from '@stoa/contract/routes-digest'
import { parseRoutesFile, type RoutesFile } from '@stoa/contract/routes-file'
import { platformError } from '@stoa/kernel'
import { sleep, systemTime, type Time } from '@stoa/resilience'
import { reasonOf } from './events.ts'
import type { FollowedRoutes, ServiceRoutes } from './followed-routes.ts'
import { instanceTable } from './instance-table.ts'
import type { Resolver } from './resolver.ts'
import { parseAddress, staticInstances } from './static-resolver.ts'

interface FollowOptions {
  /** Takes each content of the file, one after another. */
  readonly onRoutes: (routes: readonly ServiceRoutes[]) => Promise<void>
  /** Called once for each time that the file cannot be used. */
  readonly onLost?: (reason: string) => void
}

/** A file of routes that was read: in place of the registry. */
export interface OpenRoutesFile {
  /** Knows the addresses that the file has. */
  readonly resolver: Resolver
  /** Follows the file until `close`: it is read every 2 s, and what cannot be used changes nothing. */
  readonly follow: (options: FollowOptions) => FollowedRoutes
}

interface Options {
  readonly time?: Time
  readonly intervalMs?: number
}

/** Reads a file of routes. @throws TypeError with a sentence that says what is wrong with it */
export async function openRoutesFile(path: string, options: Options = {}): Promise<OpenRoutesFile> {
  const { time = systemTime, intervalMs = 2_000 } = options
  const read = async () => {
    const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      throw new TypeError(cause.code === 'ENOENT' ? 'it does not exist' : `it cannot be read (${cause.code})`, {
        cause,
      })
    })
    const file = parseRoutesFile(text)
    return { text, file, addresses: addressesOf(file) }
  }
  let current = await read()
  let trouble: string | undefined
  const table = instanceTable()
  table.replace(current.addresses)
  const { resolve, ready, isInformed, onChange } = table
  const resolver = { resolve, ready, isInformed, onChange, trouble: () => trouble, close: async () => {} }

  function follow({ onRoutes, onLost }: FollowOptions): FollowedRoutes {
    const closing = new AbortController()
    let taken: string | undefined

    async function look(): Promise<void> {
      const next = taken === undefined ? current : await read()
      if (next.text === taken) return
      // Before the routes are taken, because their documents are read from it.
      current = next
      table.replace(next.addresses)
      await onRoutes(routesOf(next.file))
      taken = next.text
    }

    async function followOn(): Promise<void> {
      while (!closing.signal.aborted) {
        try {
          await look()
          trouble = undefined
        } catch (error) {
          if (trouble === undefined) onLost?.(reasonOf(error))
          trouble = `the routes file cannot be used: ${reasonOf(error)}`
        }
        await sleep(time, intervalMs, closing.signal).catch(() => undefined)
      }
    }

    const following = followOn()
    return {
      isInformed: () => taken !== undefined,
      trouble: () => trouble,
      async readDocument(service, digest) {
        const found = current.file.services.find((each) => each.service === service)?.document
        if (found === undefined || routesDigest(found) !== digest)
          throw platformError('service.unavailable', `the routes file has no document of ${service} with this digest`)
        return found
      },
      close: () => {
        closing.abort()
        return following
      },
    }
  }

  return { resolver, follow }
}

function addressesOf({ services }: RoutesFile) {
  return staticInstances(
    Object.fromEntries(services.map(({ service, addresses }) => [service, addresses.map(instanceOf)])),
  )
}

function instanceOf(written: RoutesFile['services'][number]['addresses'][number]) {
  return typeof written === 'string' ? written : { ...parseAddress(written.address), version: written.version }
}

function routesOf({ services }: RoutesFile): ServiceRoutes[] {
  return services.map(({ service, addresses, accepted, document }) => {
    const digest = document === undefined ? undefined : routesDigest(document)
    const offers = digest === undefined ? [] : [{ digest, instances: addresses.length, reasons: [] }]
    return { service, accepted, secretFingerprint: undefined, digest, offers }
  })
}
