import type { ChatMessage } from '@stoa/contracts/support/chat-resources'

/** A message that was written and is not acknowledged: it is sent again after each loss of the connection. */
export interface UnsentMessage {
  readonly clientMessageId: string
  readonly text: string
}

/** What a page knows of the messages of a conversation. */
export interface ChatLog {
  readonly messages: readonly ChatMessage[]
  readonly unsent: readonly UnsentMessage[]
}

/** A log without messages. */
export const emptyLog: ChatLog = { messages: [], unsent: [] }

/** The number behind which a connection continues: that of the last message. */
export function lastOf({ messages }: ChatLog): number {
  return messages.at(-1)?.sequence ?? 0
}

/** Adds a message that has arrived; one that is known stays as it is. One's own is no longer unsent, also if its acknowledgement was lost. */
export function withMessage({ messages, unsent }: ChatLog, message: ChatMessage): ChatLog {
  const rest = message.author === 'staff' ? without(unsent, message.clientMessageId) : unsent
  if (message.sequence <= lastOf({ messages, unsent })) return { messages, unsent: rest }
  return { messages: [...messages, message], unsent: rest }
}

/** Adds a message that is sent. */
export function withUnsent({ messages, unsent }: ChatLog, message: UnsentMessage): ChatLog {
  return { messages, unsent: [...unsent, message] }
}

/** Removes a message that is stored, or that was refused. */
export function withoutUnsent({ messages, unsent }: ChatLog, clientMessageId: string): ChatLog {
  return { messages, unsent: without(unsent, clientMessageId) }
}

function without(unsent: readonly UnsentMessage[], clientMessageId: string): readonly UnsentMessage[] {
  return unsent.filter((each) => each.clientMessageId !== clientMessageId)
}
