import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { makeWeather, type Weather } from './weather.ts'

/** A way to a process that can be made bad: a TCP proxy at an address of its own. */
export interface Link {
  readonly weather: Weather
  /** Ends every connection that stands now with a reset, as a router does that has forgotten them. */
  readonly reset: () => void
  readonly close: () => Promise<void>
}

interface Ends {
  readonly host: string
  /** Listened on at `host`, and reached at 127.0.0.1. */
  readonly port: number
}

/** Opens a link to a port of 127.0.0.1, under the same port of another loopback address. */
export async function openLink({ host, port }: Ends): Promise<Link> {
  const weather = makeWeather()
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    if (weather.now().state === 'refused') {
      cut(near)
      return
    }
    const far = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true })
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('close', () => open.delete(socket))
    }
    void carry(near, far, weather, 'there')
    void carry(far, near, weather, 'back')
  })
  const reset = () => {
    for (const socket of open) cut(socket)
  }
  server.listen(port, host)
  await once(server, 'listening')
  return {
    weather: {
      ...weather,
      change(conditions) {
        weather.change(conditions)
        if (conditions.state === 'refused') reset()
      },
    },
    reset,
    async close() {
      server.close()
      reset()
      await once(server, 'close')
    },
  }
}

/** Carries one way; an end is passed on as an end and a reset as a reset. */
async function carry(from: Socket, to: Socket, weather: Weather, way: 'there' | 'back'): Promise<void> {
  const lost = () => cut(to)
  from.on('error', lost)
  try {
    for await (const piece of from as AsyncIterable<Buffer>) {
      await weather.pass(piece.length, way)
      if (to.destroyed) return
      if (!to.write(piece)) await Promise.race([once(to, 'drain'), once(to, 'close')])
    }
    await weather.pass(0, way)
    to.end()
  } catch {
    lost()
  }
}

/** With a reset, where the system still lets one through: after our own end it refuses, and Node would keep the handle. */
function cut(socket: Socket): void {
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}
