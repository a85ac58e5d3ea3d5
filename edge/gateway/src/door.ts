import type { Server as HttpServer } from 'node:http'
import type { Server } from 'node:net'
import { backgroundStopMs } from '@stoa/config'
import { within } from '@stoa/service'

/** A port with its connections. */
export interface Door {
  readonly server: Server
  /** Closes the connections without a request. */
  readonly closeIdle: () => void
  readonly closeAll: () => void
}

/** The door of a server that listens itself. */
export function doorOf(server: HttpServer): Door {
  return {
    server,
    closeIdle: () => server.closeIdleConnections(),
    closeAll: () => server.closeAllConnections(),
  }
}

/** Takes no new connections, and lets what is in progress end. */
export async function stopDoors(doors: readonly Door[], drainTimeoutMs: number): Promise<void> {
  const closed = Promise.all(doors.map((door) => close(door, drainTimeoutMs)))
  await within(closed, drainTimeoutMs + backgroundStopMs)
}

async function close({ server, closeIdle, closeAll }: Door, timeoutMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  closeIdle()
  // a connection that is kept after its response becomes idle only now
  const idle = setInterval(closeIdle, 50)
  const force = setTimeout(closeAll, timeoutMs)
  await promise
  clearInterval(idle)
  clearTimeout(force)
}
