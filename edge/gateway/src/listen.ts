import type { Server as HttpServer } from 'node:http'
import type { Server } from 'node:net'
import { backgroundStopMs } from '@stoa/config'
import { platformError } from '@stoa/kernel'
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

/** Listens on a port; returns it. @throws AppError `service.port_taken` */
export async function listen({ server }: Pick<Door, 'server'>, host: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') return reject(error)
    const fix = 'stop the process that uses it, or choose another port'
    reject(platformError('service.port_taken', `port ${port} on ${host} is in use: ${fix}`, { retryable: false }))
  })
  server.listen(port, host, resolve)
  await promise
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
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
  const force = setTimeout(closeAll, timeoutMs)
  await promise
  clearTimeout(force)
}
