import { eventStreamParser } from '@stoa/kernel/event-stream'

const mostWaiting = 100

interface QueueOptions {
  /** All events that waited have been taken. */
  readonly onEmpty: () => void
  /** The stream has ended, or the reader has left. */
  readonly onOver: () => void
}

/** The events of a stream of server-sent events, between its writer and its reader. */
export interface EventQueue {
  /** Takes a part of the text; false if so many events wait that the writer should pause until `onEmpty`. */
  readonly write: (text: string) => boolean
  /** Ends the stream, with an error if there is one. */
  readonly end: (error?: Error) => void
  readonly isOver: () => boolean
  /** The data of each event, parsed; those that wait at the end come before the end or the error. */
  readonly events: () => AsyncGenerator<unknown, void>
}

/** Makes the queue of one stream, for one reader. */
export function eventQueue({ onEmpty, onOver }: QueueOptions): EventQueue {
  const waiting: string[] = []
  const parser = eventStreamParser(({ data }) => void waiting.push(data))
  let isOver = false
  let failure: Error | undefined
  let wake = () => {}

  function end(error?: Error): void {
    failure ??= error
    if (isOver) return
    isOver = true
    wake()
    onOver()
  }

  return {
    isOver: () => isOver,
    end,
    write(text) {
      parser.write(text)
      wake()
      return waiting.length < mostWaiting
    },
    async *events() {
      try {
        for (;;) {
          const data = waiting.shift()
          if (data !== undefined) {
            if (waiting.length === 0) onEmpty()
            yield JSON.parse(data)
          } else if (failure !== undefined) throw failure
          else if (isOver) return
          else await new Promise<void>((resolve) => (wake = resolve))
        }
      } finally {
        end()
      }
    },
  }
}
