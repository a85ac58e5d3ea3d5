import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

interface Connection {
  /** Requests that were read before the earlier ones were complete. */
  readonly waiting: [IncomingMessage, ServerResponse][]
  isBusy: boolean
}

/** How many may wait before nothing more is read, and before the connection is closed: what was read at once may hold more. */
const manyWaiting = 8
const mostWaiting = 100

/**
 * Serves the requests of a connection one after the other, as their answers go out in order anyway (RFC 9112, 9.3.2): a
 * client that pipelines takes no more than one that waits. While several wait, nothing more is read from the connection;
 * one that sent over 100 at once is closed.
 */
export function oneAtATime(serve: RequestListener): RequestListener {
  const connections = new WeakMap<Socket, Connection>()

  function begin(connection: Connection, request: IncomingMessage, response: ServerResponse): void {
    connection.isBusy = true
    response.once('close', () => next(connection, request.socket))
    serve(request, response)
  }

  function next(connection: Connection, socket: Socket): void {
    connection.isBusy = false
    if (socket.destroyed) connection.waiting.length = 0
    const first = connection.waiting.shift()
    if (first === undefined) return
    if (connection.waiting.length === manyWaiting - 1) socket.resume()
    begin(connection, ...first)
  }

  return (request, response) => {
    const { socket } = request
    const connection = connections.get(socket) ?? opened(connections, socket)
    if (!connection.isBusy) return begin(connection, request, response)
    const count = connection.waiting.push([request, response])
    if (count > mostWaiting) socket.destroy()
    else if (count >= manyWaiting) socket.pause()
  }
}

function opened(connections: WeakMap<Socket, Connection>, socket: Socket): Connection {
  const connection: Connection = { waiting: [], isBusy: false }
  connections.set(socket, connection)
  // Node resumes a socket for reasons of its own, such as a body that was read to its end
  socket.on('resume', () => {
    if (connection.waiting.length >= manyWaiting) socket.pause()
  })
  return connection
}
