import { createSocketTicket } from '@stoa/contracts/gateway/http'
import {
  closeConversation,
  getConversation,
  handOverConversation,
  listConversations,
  setConversationAssignee,
} from '@stoa/contracts/support/chat-http'
import type { ChatMessage, Conversation } from '@stoa/contracts/support/chat-resources'
import { restClient } from '@stoa/rest'
import { appHeaders } from './session.ts'

/** The operations of support for chats. */
export const chats = restClient(
  {
    operations: {
      closeConversation,
      getConversation,
      handOverConversation,
      listConversations,
      setConversationAssignee,
    },
  },
  { url: '', headers: appHeaders },
)

/** Tickets with which the page opens WebSockets. */
export const socketTickets = restClient({ operations: { createSocketTicket } }, { url: '', headers: appHeaders })

export type { ChatMessage, Conversation }
