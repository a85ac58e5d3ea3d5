import { TicketTopic } from '@stoa/contracts/support/resources'
import { randomKey } from '@stoa/rest'
import { chats, type Conversation } from '../api/chats.ts'
import { useCan, useSession } from '../state/session.tsx'
import { wordsOf } from '../state/status.ts'
import { ActionButtons } from './ActionButtons.tsx'
import type { Action } from './ActionDialog.tsx'

/** What staff can do with a conversation: nothing with a closed one. */
export function ChatActions({ conversation }: { readonly conversation: Conversation }) {
  const can = useCan()
  const { accountId } = useSession()
  if (!can('chat:manage') || conversation.status === 'closed') return null
  const actions = [
    assignOf(conversation, accountId as Conversation['customerId']),
    handOverOf(conversation),
    closeOf(conversation),
  ]
  return <ActionButtons actions={actions} />
}

function assignOf({ id, assigneeId }: Conversation, accountId: Conversation['customerId']): Action {
  const params = { id }
  if (assigneeId === accountId)
    return {
      label: 'Release the chat',
      effect: 'The chat has no assignee then, and anyone can take it.',
      run: () => chats.setConversationAssignee({ params, body: {} }),
    }
  const taken = assigneeId === undefined ? '' : ' It is taken from the member of staff who has it now.'
  return {
    label: 'Take the chat',
    effect: `The chat is assigned to you.${taken} You can release it again.`,
    run: () => chats.setConversationAssignee({ params, body: { assigneeId: accountId } }),
  }
}

function handOverOf({ id }: Conversation): Action {
  // repeated after a lost response, it is the same ticket
  const key = randomKey()
  const topics = TicketTopic.enum.map((value) => ({ value, label: wordsOf(value) }))
  return {
    label: 'Make a ticket',
    effect: 'Opens a ticket for the customer and closes the chat. The customer can open another one.',
    fields: [
      { kind: 'line', name: 'subject', label: 'Subject', isRequired: true, maxLength: 200 },
      { kind: 'text', name: 'text', label: 'Text', help: 'The customer sees it', isRequired: true, maxLength: 10_000 },
      { kind: 'choice', name: 'topic', label: 'Topic', options: topics, value: 'other' },
    ],
    run: ({ subject = '', text = '', topic: chosen }) => {
      const topic = TicketTopic.enum.find((each) => each === chosen) ?? 'other'
      return chats.handOverConversation({
        params: { id },
        body: { subject: subject.trim(), text: text.trim(), topic },
        key,
      })
    },
  }
}

function closeOf({ id }: Conversation): Action {
  return {
    label: 'Close the chat',
    effect: 'The chat takes no more messages. The customer can open another one. This cannot be undone.',
    isDangerous: true,
    run: () => chats.closeConversation({ params: { id } }),
  }
}
