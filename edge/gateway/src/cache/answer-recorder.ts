import { EventEmitter } from 'node:events'
import type { AnswerTarget } from '../exchange.ts'
import { withAdded } from '../upstream/response-head.ts'

/** A complete response. */
export interface RecordedAnswer {
  readonly status: number
  readonly headers: readonly string[]
  readonly body: Buffer
}

interface RecorderOptions {
  /** Returns whether a response with this head is recorded; others are streamed to the client. */
  readonly isWanted: (status: number, headers: readonly string[]) => boolean
  /** The clients that wait for it. */
  readonly client: AnswerTarget | undefined
  readonly extraHeaders: readonly string[]
  /** A larger one is handed on; 1 MiB. */
  readonly mostBytes?: number
}

/** Receives a response in place of the client. */
export interface AnswerRecorder {
  readonly target: AnswerTarget
  /** Resolves with the complete response, with its failure, or as soon as it is clear that it is streamed to the client. */
  readonly recorded: Promise<RecordedAnswer | 'handed_on' | 'broken'>
}

const usualMostBytes = 1_048_576

/** Records a wanted response to its end, even if the client has disconnected; streams any other response. */
export function recordAnswer({ isWanted, client, extraHeaders, ...rest }: RecorderOptions): AnswerRecorder {
  const mostBytes = rest.mostBytes ?? usualMostBytes
  const { promise: recorded, resolve } = Promise.withResolvers<RecordedAnswer | 'handed_on' | 'broken'>()
  const events = new EventEmitter()
  let head: { readonly status: number; readonly headers: readonly string[] } | undefined
  let chunks: Buffer[] = []
  let sizeBytes = 0
  let [isHandedOn, isOver] = [false, false]

  function handOn(): void {
    isHandedOn = true
    resolve('handed_on')
    if (head === undefined || client === undefined) return
    client.on('drain', () => events.emit('drain'))
    client.on('close', over)
    if (client.destroyed) return over()
    client.writeHead(head.status, withAdded(head.headers, extraHeaders))
    for (const chunk of chunks) client.write(chunk)
    chunks = []
  }

  function over(): void {
    if (isOver) return
    isOver = true
    events.emit('close')
  }

  const target: AnswerTarget = {
    get destroyed() {
      return isHandedOn ? (client?.destroyed ?? false) : isOver
    },
    writeHead(status, headers) {
      head = { status, headers }
      if (!isWanted(status, headers)) handOn()
      return target
    },
    write(chunk) {
      if (isHandedOn) return client?.write(chunk) ?? true
      chunks.push(chunk)
      sizeBytes += chunk.length
      if (sizeBytes > mostBytes) handOn()
      return true
    },
    end(chunk) {
      if (chunk !== undefined) target.write(chunk)
      if (isHandedOn && client !== undefined) return client.end()
      if (head !== undefined) resolve({ ...head, body: Buffer.concat(chunks) })
      return over()
    },
    destroy() {
      if (isHandedOn && client !== undefined) return client.destroy()
      resolve('broken')
      return over()
    },
    on: (event, listener) => events.on(event, listener),
    once: (event, listener) => events.once(event, listener),
    off: (event, listener) => events.off(event, listener),
  }
  return { target, recorded }
}
