import type { Server } from 'node:net'
import { platformError } from '@stoa/kernel'

/** Listens on a port and returns it; 0 chooses a free one. @throws AppError `service.port_taken` if another process uses the port */
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
