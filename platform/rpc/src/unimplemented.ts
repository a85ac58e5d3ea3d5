import { Code, ConnectError } from '@connectrpc/connect'
import type { connectNodeAdapter } from '@connectrpc/connect-node'
import { codeToHttpStatus, errorToJsonBytes } from '@connectrpc/connect/protocol-connect'
import { setTrailerStatus } from '@connectrpc/connect/protocol-grpc'
import { stopSending } from './unary-stream.ts'

type Listener = ReturnType<typeof connectNodeAdapter>
type Response = Parameters<Listener>[1]

/** Responds to a call of an unknown method with UNIMPLEMENTED, in the protocol of the call. */
export const refuseUnimplemented: Listener = (request, response) => {
  const [path = ''] = (request.url ?? '').split('?')
  refuseInProtocol(request, response, new ConnectError(`There is no method ${path.slice(1)}.`, Code.Unimplemented))
}

/** Refuses a call in its own protocol, gRPC or Connect, without reading its message. */
export function refuseInProtocol(request: Parameters<Listener>[0], response: Response, error: ConnectError): void {
  if (response.headersSent || response.destroyed) return void response.destroy()
  const contentType = request.headers['content-type'] ?? ''
  request.resume()
  if (contentType.startsWith('application/grpc')) return refuseGrpc(response, contentType, error)
  const bytes = errorToJsonBytes(error, undefined)
  // the status with which the library rejects an unknown method
  response.statusCode = error.code === Code.Unimplemented ? 404 : codeToHttpStatus(error.code)
  response.setHeader('content-type', 'application/json')
  response.end(Buffer.from(bytes), () => endRequest(response))
}

/** "Trailers-Only" (gRPC over HTTP/2): the status is in the head of a response without a body. */
function refuseGrpc(response: Response, contentType: string, error: ConnectError): void {
  const head = { 'content-type': contentType, ...Object.fromEntries(setTrailerStatus(new Headers(), error)) }
  if ('stream' in response) {
    // if it were closed at once, the stream would be reset before its head is sent
    response.stream.once('finish', () => setImmediate(() => endRequest(response)))
    response.stream.respond({ ':status': 200, ...head }, { endStream: true })
  } else response.writeHead(200, head).end()
}

function endRequest(response: Response): void {
  if ('stream' in response) stopSending(response.stream)
}
