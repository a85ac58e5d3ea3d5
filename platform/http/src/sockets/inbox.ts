/** Messages that have arrived and were not taken yet; so few that the sender is slowed down to the speed of the reader. */
export interface Inbox<Message> {
  readonly push: (message: Message) => void
  readonly messages: AsyncIterable<Message>
  /** Ends the messages; those that wait are dropped if the sender may send no more, and read otherwise. */
  readonly end: (options?: { readonly isDropped: boolean }) => void
  readonly hasEnded: () => boolean
}

interface InboxOptions {
  readonly pause: () => void
  readonly resume: () => void
  /** Messages that wait before reading pauses; 16. */
  readonly most?: number
}

/** Makes an inbox with one reader. */
export function makeInbox<Message>({ pause, resume, most = 16 }: InboxOptions): Inbox<Message> {
  const waiting: Message[] = []
  let wake = () => {}
  let isOver = false
  let isPaused = false

  async function* read(): AsyncGenerator<Message, void, undefined> {
    for (;;) {
      const message = waiting.shift()
      if (message === undefined) {
        if (isOver) return
        await new Promise<void>((resolve) => (wake = resolve))
        continue
      }
      if (isPaused && waiting.length < most / 2) {
        isPaused = false
        resume()
      }
      yield message
    }
  }

  return {
    push(message) {
      if (isOver) return
      waiting.push(message)
      if (!isPaused && waiting.length >= most) {
        isPaused = true
        pause()
      }
      wake()
    },
    messages: read(),
    end({ isDropped } = { isDropped: false }) {
      isOver = true
      if (isDropped) waiting.length = 0
      wake()
    },
    hasEnded: () => isOver,
  }
}
