import { randomUUID } from 'node:crypto'
import { connectSocket, type TestSocket } from '@stoa/testing'

/** One client of a conversation, which connects again whenever it loses its socket. */
export interface ChatClient {
  /** The sequence numbers in the order in which they have arrived, over all connections. */
  readonly seen: readonly number[]
  readonly texts: readonly string[]
  readonly reconnects: () => number
  /** Sends a message until it is acknowledged. */
  readonly say: (text: string) => Promise<void>
  readonly close: () => void
}

/** Follows a conversation through the gateway. */
export async function followChat(gatewayUrl: string, token: string, conversationId: string): Promise<ChatClient> {
  const seen: number[] = []
  const texts: string[] = []
  const unacknowledged = new Map<string, { readonly text: string; readonly done: () => void }>()
  let socket: TestSocket | undefined
  let isClosed = false
  let reconnects = -1

  function take(message: TestSocket['received'][number]): void {
    if (message.type === 'message') {
      seen.push(message.data.sequence)
      texts.push(message.data.text)
    }
    if (message.type !== 'stored') return
    unacknowledged.get(message.data.clientMessageId)?.done()
    unacknowledged.delete(message.data.clientMessageId)
  }

  async function connect(): Promise<void> {
    const url = `${gatewayUrl}/api/v1/chat?conversationId=${conversationId}&after=${seen.at(-1) ?? 0}`
    const opened = await connectSocket(url, { headers: { authorization: `Bearer ${token}` }, onMessage: take })
    reconnects += 1
    socket = opened
    for (const [clientMessageId, { text }] of unacknowledged) opened.send('say', { clientMessageId, text })
    void opened.closed.then(() => (isClosed ? undefined : connectAgain()))
  }

  async function connectAgain(): Promise<void> {
    socket = undefined
    for (;;) {
      if (isClosed) return
      try {
        return await connect()
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 400))
      }
    }
  }

  await connectAgain()
  return {
    seen,
    texts,
    reconnects: () => reconnects,
    say(text) {
      const clientMessageId = randomUUID()
      return new Promise((resolve) => {
        unacknowledged.set(clientMessageId, { text, done: resolve })
        socket?.send('say', { clientMessageId, text })
      })
    },
    close() {
      isClosed = true
      socket?.close()
    },
  }
}
