import type { Server } from 'node:http'
import { backgroundStopMs } from '@stoa/config'
import { platformError } from '@stoa/kernel'
import { within } from '@stoa/service'

/** Listens on a port; returns it. @throws AppError `service.port_taken` */
export async function listen(server: Server, host: string, port: number): Promise<number> {
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
export async function stopServers(servers: readonly Server[], drainTimeoutMs: number): Promise<void> {
  const closed = Promise.all(servers.map((server) => close(server, drainTimeoutMs)))
  await within(closed, drainTimeoutMs + backgroundStopMs)
}

async function close(server: Server, timeoutMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  server.closeIdleConnections()
  const force = setTimeout(() => server.closeAllConnections(), timeoutMs)
  await promise
  clearTimeout(force)
}
