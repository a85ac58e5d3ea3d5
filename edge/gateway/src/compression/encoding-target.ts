import type { Transform } from 'node:stream'
import type { ServerResponse } from 'node:http'
import type { AnswerTarget, RequestHead } from '../exchange.ts'
import { chosenCoding, encodedHead, isEncodable } from './codings.ts'
import { encoderOf } from './encoders.ts'

function variesByCoding(headers: readonly string[]): boolean {
  return headers.some(
    (value, index) => index % 2 === 1 && /accept-encoding/i.test(value) && /^vary$/i.test(headers[index - 1] ?? ''),
  )
}

/** The client's response, encoding the answers that are worth it; one that is encoded already passes through. */
export function encodingTarget(client: ServerResponse, { headers: asked }: RequestHead): AnswerTarget {
  let encoder: Transform | undefined
  const drains = new Set<() => void>()

  function encode(coding: Parameters<typeof encoderOf>[0]): void {
    const made = encoderOf(coding)
    encoder = made
    made.on('drain', () => drains.forEach((listener) => listener()))
    made.on('error', () => client.destroy())
    client.once('close', () => made.destroy())
    made.pipe(client)
  }

  const target: AnswerTarget = {
    get destroyed() {
      return client.destroyed
    },
    writeHead(status, headers) {
      if (!isEncodable(status, headers)) {
        client.writeHead(status, status === 304 && !variesByCoding(headers) ? encodedHead(headers, undefined) : headers)
        return target
      }
      const coding = chosenCoding(asked['accept-encoding'])
      client.writeHead(status, encodedHead(headers, coding))
      if (coding !== undefined) encode(coding)
      return target
    },
    write: (data) => (encoder ?? client).write(data),
    end: (data) => (encoder ?? client).end(data),
    destroy() {
      encoder?.destroy()
      return client.destroy()
    },
    on(event, listener) {
      if (event === 'drain') drains.add(listener)
      return client.on(event, listener)
    },
    once: (event, listener) => client.once(event, listener),
    off(event, listener) {
      drains.delete(listener)
      return client.off(event, listener)
    },
  }
  return target
}
