import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Handle } from './provider.ts'

interface Asked {
  readonly status: number
  readonly body: { readonly [field: string]: unknown }
}

/** Posts a form to an endpoint of the authorization server within this process; returns its JSON. */
export async function askInProcess(
  handle: Handle,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<Asked> {
  const body = new URLSearchParams(fields).toString()
  const request = new IncomingMessage(new Socket())
  Object.assign(request, { method: 'POST', url: path, httpVersion: '1.1' })
  request.headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(Buffer.byteLength(body)),
  }
  request.push(body)
  request.push(null)
  const response = new Captured(request)
  await handle(request, response, { address: '127.0.0.1' })
  return { status: response.statusCode, body: JSON.parse(response.text) as Asked['body'] }
}

/** A response that keeps its body instead of sending it. */
class Captured extends ServerResponse {
  text = ''

  override end(...[chunk]: unknown[]): this {
    // it counts as sent
    if (!this.headersSent) this.writeHead(this.statusCode)
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) this.text += Buffer.from(chunk as string).toString()
    return this
  }
}
