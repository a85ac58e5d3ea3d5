import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { chats, type Conversation } from '../api/chats.ts'
import { ChatActions } from '../parts/ChatActions.tsx'
import { StateChip } from '../parts/Chip.tsx'
import { Compose } from '../parts/Compose.tsx'
import { Fact } from '../parts/Fact.tsx'
import { Page } from '../parts/Page.tsx'
import { Person } from '../parts/Person.tsx'
import { Result } from '../parts/Result.tsx'
import { shortId } from '../state/format.ts'
import { useCan } from '../state/session.tsx'
import { wordsOf } from '../state/status.ts'
import { chipStateOf } from '../state/tickets.ts'
import { useChat } from '../state/use-chat.ts'
import { Time } from '../state/zone.tsx'
import '../styles/support.css'

const route = getRouteApi('/chats/$id')

/** One conversation with a customer, live. */
export function ChatDetails() {
  const { id } = route.useParams()
  // what is not there is said before a connection is made
  const query = useQuery({
    queryKey: ['chat', id],
    queryFn: async ({ signal }) =>
      (await chats.getConversation({ params: { id: id as Conversation['id'] }, signal })).body,
    refetchInterval: 15_000,
  })
  const conversation = query.data
  return (
    <Page
      title="Chat"
      heading={
        conversation && (
          <>
            Chat with <span className="mono">{shortId(conversation.customerId)}</span>{' '}
            <StateChip state={chipStateOf(conversation.status)} label={wordsOf(conversation.status)} />
          </>
        )
      }
    >
      <Result query={query}>{(found) => <Talk key={found.id} known={found} />}</Result>
    </Page>
  )
}

function Talk({ known }: { readonly known: Conversation }) {
  const can = useCan()
  const chat = useChat(known.id)
  // the connection knows of a change before the next read
  const conversation =
    chat.conversation !== undefined && chat.conversation.updatedAt >= known.updatedAt ? chat.conversation : known
  return (
    <div className="stack">
      <ChatActions conversation={conversation} />
      <div className="columns">
        <section className="card stack" aria-label="Conversation">
          <Log chat={chat} isEmpty={conversation.lastSequence === 0} />
          <p className="caption" role="status">
            {chat.isConnected ? presenceOf(chat) : '▲ Not connected. Connecting again; nothing that you wrote is lost.'}
          </p>
          {chat.refusal !== undefined && <p role="alert">◆ Not sent: {chat.refusal}</p>}
          {conversation.status === 'open' && can('chat:write:any') ? (
            <Compose onSay={chat.say} onTyping={chat.announceTyping} />
          ) : (
            <p className="quiet">The conversation is closed: it takes no more messages.</p>
          )}
        </section>
        <aside className="card" aria-label="The conversation">
          <Facts conversation={conversation} />
        </aside>
      </div>
    </div>
  )
}

type Chat = ReturnType<typeof useChat>

function presenceOf({ isCustomerThere, isCustomerTyping }: Chat): string {
  if (isCustomerTyping) return 'The customer is typing…'
  return isCustomerThere ? '✓ The customer is here' : 'The customer is not here, and sees your messages on returning'
}

/** The messages; it stays at its end while new ones arrive, unless someone reads earlier ones. */
function Log({ chat: { messages, unsent }, isEmpty }: { readonly chat: Chat; readonly isEmpty: boolean }) {
  const frame = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  useEffect(() => {
    if (isAtEnd.current) frame.current?.scrollTo({ top: frame.current.scrollHeight })
  }, [messages, unsent])
  if (messages.length + unsent.length === 0)
    return <p className="quiet">{isEmpty ? 'No one has written yet.' : 'Reading the messages…'}</p>
  return (
    <div
      className="chat-log"
      ref={frame}
      role="log"
      aria-label="Messages"
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollTop + clientHeight >= scrollHeight - 24
      }}
    >
      <ol className="messages">
        {messages.map(({ sequence, author, authorId, text, createdAt }) => (
          <li key={sequence} data-author={author}>
            <div className="row tight caption">
              <strong>{author === 'staff' ? 'Staff' : 'Customer'}</strong>
              {author === 'staff' && <Person id={authorId} />}
              <Time at={createdAt} />
            </div>
            <p>{text}</p>
          </li>
        ))}
        {unsent.map(({ clientMessageId, text }) => (
          <li key={clientMessageId} data-author="staff">
            <div className="row tight caption">
              <strong>Staff</strong> you <span>◷ sending</span>
            </div>
            <p>{text}</p>
          </li>
        ))}
      </ol>
    </div>
  )
}

function Facts({
  conversation: { customerId, assigneeId, ticketId, createdAt, closedAt },
}: {
  readonly conversation: Conversation
}) {
  return (
    <dl className="facts">
      <Fact name="Customer">
        <span className="mono" title={customerId}>
          {shortId(customerId)}
        </span>
      </Fact>
      <Fact name="Assignee">{assigneeId === undefined ? 'no one' : <Person id={assigneeId} />}</Fact>
      {ticketId !== undefined && (
        <Fact name="Ticket">
          <Link to="/tickets/$id" params={{ id: ticketId }} className="mono">
            {shortId(ticketId)}
          </Link>
        </Fact>
      )}
      <Fact name="Opened">
        <Time at={createdAt} />
      </Fact>
      {closedAt !== undefined && (
        <Fact name="Closed">
          <Time at={closedAt} />
        </Fact>
      )}
    </dl>
  )
}
