import type { ChatAuthor, ConversationStatus } from '@stoa/contracts/support/chat-resources'

/** The messages that one conversation can have. */
export const mostChatMessages = 5_000

/** What happens to a message of the chat: it is stored with a number, is the one that is stored already, or is refused. */
export type SayDecision =
  | { readonly kind: 'stored'; readonly sequence: number }
  | { readonly kind: 'known'; readonly sequence: number }
  | { readonly kind: 'reused' | 'closed' | 'full' }

interface Said {
  readonly text: string
  /** The message that its author has sent with the same id before. */
  readonly known: { readonly sequence: number; readonly text: string } | undefined
}

/** Decides what a message does to a conversation. A repeated message is acknowledged again, also after the conversation was closed. */
export function decideSay(
  { status, lastSequence }: { readonly status: ConversationStatus; readonly lastSequence: number },
  { text, known }: Said,
): SayDecision {
  if (known !== undefined) return known.text === text ? { kind: 'known', sequence: known.sequence } : { kind: 'reused' }
  if (status === 'closed') return { kind: 'closed' }
  if (lastSequence >= mostChatMessages) return { kind: 'full' }
  return { kind: 'stored', sequence: lastSequence + 1 }
}

/** The side of a caller in a conversation. */
export function authorOf(subject: string, customerId: string): ChatAuthor {
  return subject === customerId ? 'customer' : 'staff'
}

/** The other side. */
export function otherAuthor(author: ChatAuthor): ChatAuthor {
  return author === 'customer' ? 'staff' : 'customer'
}
