import { randomKey } from '@stoa/rest'
import { useEffect, useReducer, useRef, useState } from 'react'
import { followChat, type FollowedChat } from '../api/chat-socket.ts'
import type { ChatMessage, Conversation } from '../api/chats.ts'
import {
  emptyLog,
  lastOf,
  withMessage,
  withoutUnsent,
  withUnsent,
  type ChatLog,
  type UnsentMessage,
} from './chat-log.ts'

type Change =
  | { readonly type: 'arrived'; readonly message: ChatMessage }
  | { readonly type: 'said'; readonly message: UnsentMessage }
  | { readonly type: 'stored'; readonly clientMessageId: string }

function change(log: ChatLog, event: Change): ChatLog {
  if (event.type === 'arrived') return withMessage(log, event.message)
  return event.type === 'said' ? withUnsent(log, event.message) : withoutUnsent(log, event.clientMessageId)
}

const typingShownMs = 4_000

/** A live conversation: its messages, who is there, and the way to write. Its key is the conversation: another one needs another mount. */
export function useChat(conversationId: Conversation['id']) {
  const [log, dispatch] = useReducer(change, emptyLog)
  const [conversation, setConversation] = useState<Conversation>()
  const [isConnected, setIsConnected] = useState(false)
  const [isCustomerThere, setIsCustomerThere] = useState(false)
  const [typedAt, setTypedAt] = useState(0)
  const [refusal, setRefusal] = useState<string>()
  const chat = useRef<FollowedChat>(undefined)
  // the connection reads what is known when it is made, not what was known when the page was drawn
  const current = useRef(log)
  current.current = log

  useEffect(() => {
    const followed = followChat({
      conversationId,
      last: () => lastOf(current.current),
      onConnected(isOpen) {
        setIsConnected(isOpen)
        if (isOpen) for (const data of current.current.unsent) followed.send({ type: 'say', data })
      },
      onMessage(message) {
        if (message.type === 'message') {
          dispatch({ type: 'arrived', message: message.data })
          if (message.data.author === 'customer') setTypedAt(0)
        } else if (message.type === 'stored') {
          dispatch({ type: 'stored', clientMessageId: message.data.clientMessageId })
        } else if (message.type === 'conversation') setConversation(message.data)
        else if (message.type === 'presence') setIsCustomerThere(message.data.customer)
        else if (message.type === 'typing') setTypedAt(Date.now())
        else setRefusal(message.data.detail ?? message.data.title ?? 'The message was refused')
      },
    })
    chat.current = followed
    return () => followed.stop()
  }, [conversationId])

  useEffect(() => {
    if (typedAt === 0) return
    const timer = setTimeout(() => setTypedAt(0), typingShownMs)
    return () => clearTimeout(timer)
  }, [typedAt])

  return {
    ...log,
    conversation,
    isConnected,
    isCustomerThere,
    isCustomerTyping: typedAt !== 0,
    refusal,
    say(text: string) {
      const message = { clientMessageId: randomKey(), text }
      setRefusal(undefined)
      dispatch({ type: 'said', message })
      chat.current?.send({ type: 'say', data: message })
    },
    announceTyping: () => void chat.current?.send({ type: 'typing', data: {} }),
  }
}
