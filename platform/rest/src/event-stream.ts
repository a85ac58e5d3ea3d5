import { eventStreamParser, type StreamEvent as ParsedEvent } from '@stoa/kernel/event-stream'

/** One server-sent event. */
export interface StreamEvent {
  /** `message` if the server does not name it. */
  readonly event: string
  /** The last id that the stream has sent. */
  readonly id: string
  /** The parsed JSON. */
  readonly data: unknown
}

/** Yields the events of a stream as they arrive, with their data as sent. Ending the iteration closes the connection. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<ParsedEvent> {
  const arrived: ParsedEvent[] = []
  const parser = eventStreamParser((event) => void arrived.push(event))
  const decoder = new TextDecoder()
  const reader = body.getReader()
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      parser.write(decoder.decode(read.value, { stream: true }))
      yield* arrived.splice(0)
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
