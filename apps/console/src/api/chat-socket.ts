import type { MessageOf, socketErrorMessage } from '@stoa/contract'
import { openChat } from '@stoa/contracts/support/chat-http'
import { searchOf } from './operate.ts'
import { socketTickets, type Conversation } from './chats.ts'

/** A message of the service, or its refusal of one of the page. */
type Arrived =
  | MessageOf<typeof openChat.sends>
  | { readonly type: typeof socketErrorMessage; readonly data: { readonly title?: string; readonly detail?: string } }

interface FollowOptions {
  readonly conversationId: Conversation['id']
  /** The number of the last message that is known: the connection continues behind it. */
  readonly last: () => number
  readonly onMessage: (message: Arrived) => void
  /** Called after each connection, to send again what was not acknowledged, and when it is lost. */
  readonly onConnected: (isConnected: boolean) => void
}

/** A conversation that is followed. */
export interface FollowedChat {
  /** Sends a message if there is a connection. Returns whether it was handed to the connection, not whether it has arrived. */
  readonly send: (message: MessageOf<typeof openChat.receives>) => boolean
  readonly stop: () => void
}

const shortestPauseMs = 500
const longestPauseMs = 15_000

/** Follows a conversation over a WebSocket, and connects again with a new ticket after each loss, after growing pauses. */
export function followChat({ conversationId, last, onMessage, onConnected }: FollowOptions): FollowedChat {
  const stopping = new AbortController()
  let socket: WebSocket | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let losses = 0

  async function connect(): Promise<void> {
    const { protocols } = (await socketTickets.createSocketTicket({ signal: stopping.signal })).body
    const url = `${openChat.path}${searchOf({ conversationId, after: last() })}`
    const opened = new WebSocket(url, protocols)
    opened.addEventListener('open', () => {
      if (stopping.signal.aborted) return opened.close()
      socket = opened
      losses = 0
      onConnected(true)
    })
    opened.addEventListener('message', ({ data }) => {
      if (!stopping.signal.aborted) onMessage(JSON.parse(String(data)) as Arrived)
    })
    opened.addEventListener('close', lose)
    if (stopping.signal.aborted) opened.close()
    stopping.signal.addEventListener('abort', () => opened.close(), { once: true })
  }

  function lose(): void {
    if (stopping.signal.aborted) return
    socket = undefined
    onConnected(false)
    losses += 1
    // not all pages at once after a gateway has started anew
    const pauseMs = Math.min(longestPauseMs, shortestPauseMs * 2 ** (losses - 1)) * (0.5 + Math.random())
    timer = setTimeout(start, pauseMs)
  }

  function start(): void {
    connect().catch(lose)
  }

  start()
  return {
    send(message) {
      if (socket?.readyState !== WebSocket.OPEN) return false
      socket.send(JSON.stringify(message))
      return true
    },
    stop() {
      stopping.abort()
      clearTimeout(timer)
    },
  }
}
