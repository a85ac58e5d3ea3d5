import { connect, createServer, type Socket } from 'node:net'

/** A TCP proxy in front of a database, for what networks do: cut, hang, refuse. */
export interface CuttingProxy {
  readonly url: string
  /** Passes this client text on, and cuts the connection before the answer. */
  cutAfter: string | undefined
  /** Cuts the connection instead of passing this client text on. */
  cutBefore: string | undefined
  /** Passes nothing on any more, without closing. */
  hang: () => void
  readonly cutAll: () => void
  readonly close: () => Promise<void>
}

export async function startProxy(databaseUrl: string, port = 0): Promise<CuttingProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    let isMute = false
    client.on('data', (data) => {
      const text = data.toString('latin1')
      if (proxy.cutBefore !== undefined && text.includes(proxy.cutBefore)) client.destroy()
      else {
        isMute ||= proxy.cutAfter !== undefined && text.includes(proxy.cutAfter)
        upstream.write(data)
      }
    })
    upstream.on('data', (data) => {
      if (isMute) client.destroy()
      else client.write(data)
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  const url = new URL(databaseUrl)
  url.port = String(address.port)
  url.searchParams.delete('host')
  const proxy: CuttingProxy = {
    url: url.href,
    cutAfter: undefined,
    cutBefore: undefined,
    hang: () => sockets.forEach((socket) => socket.pause()),
    cutAll: () => sockets.forEach((socket) => socket.destroy()),
    close: () =>
      new Promise((resolve) => {
        sockets.forEach((socket) => socket.destroy())
        server.close(() => resolve())
      }),
  }
  return proxy
}
