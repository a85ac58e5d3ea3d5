import { EventEmitter } from 'node:events'
import type { AnswerTarget } from '../exchange.ts'

/** A whole answer. */
export interface RecordedAnswer {
  readonly status: number
  readonly headers: readonly string[]
  readonly body: Buffer
}

interface RecorderOptions {
  /** Whether an answer with this head is recorded; another goes to the client as it comes. */
  readonly isWanted: (status: number, headers: readonly string[]) => boolean
  /** Who is waiting for it, if anybody. */
  readonly client: AnswerTarget | undefined
  readonly extraHeaders: readonly string[]
}

/** Takes an answer in the client's place. */
export interface AnswerRecorder {
  readonly target: AnswerTarget
  /** The answer once it is whole, that it broke off before, or as soon as it is clear that it goes to the client instead. */
  readonly recorded: Promise<RecordedAnswer | 'handed_on' | 'broken'>
}

const mostBytes = 1_048_576

/** Records a wanted answer to its end, though the client may have left; any other is handed on as it comes. */
export function recordAnswer({ isWanted, client, extraHeaders }: RecorderOptions): AnswerRecorder {
  const { promise: recorded, resolve } = Promise.withResolvers<RecordedAnswer | 'handed_on' | 'broken'>()
  const events = new EventEmitter()
  let head: { readonly status: number; readonly headers: readonly string[] } | undefined
  let chunks: Buffer[] = []
  let sizeBytes = 0
  let isHandedOn = false
  let isOver = false

  function handOn(): void {
    isHandedOn = true
    resolve('handed_on')
    if (head === undefined || client === undefined) return
    client.on('drain', () => events.emit('drain'))
    client.on('close', over)
    if (client.destroyed) return over()
    client.writeHead(head.status, [...head.headers, ...extraHeaders])
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
