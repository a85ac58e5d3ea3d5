import { setTimeout as delay } from 'node:timers/promises'
import { catalogueError, type OpenSocket, type SocketHandler } from '@stoa/contract'
import type { openChat as contractOfChat } from '@stoa/contracts/support/chat-http'
import type { ChatAuthor, ConversationId } from '@stoa/contracts/support/chat-resources'
import type { UserId } from '@stoa/contracts/shared/ids'
import { supportErrors } from '@stoa/contracts/support/errors'
import type { SupportService } from '@stoa/contracts/support/service'
import type { Deps } from '../deps.ts'
import { authorOf, decideSay, otherAuthor } from '../domain/chat.ts'
import { findByClientId, insertChatMessage, listChatMessages, toChatMessage } from '../store/chat-messages.ts'
import { findConversation, lockConversation } from '../store/conversations.ts'
import { forgetPresence, notePresence, readPresence } from '../store/presence.ts'
import { chatViewOf, noConversation, toConversation } from './read-chat.ts'

type Contract = typeof contractOfChat
type Context = Parameters<SocketHandler<SupportService, 'openChat'>>[0]

/** One socket of a conversation. */
interface Chat {
  readonly deps: Deps
  readonly context: Context
  readonly socket: OpenSocket<Contract['receives'], Contract['sends']>
  readonly id: ConversationId
  readonly customerId: UserId
  readonly author: ChatAuthor
}

const presenceOf = (id: string) => `${id}/presence`
const typingOf = (id: string, author: ChatAuthor) => `${id}/typing/${author}`

const refusals = {
  reused: { code: 'support.message_id_reused', detail: 'The id was sent with another text before.' },
  closed: { code: 'support.conversation_closed', detail: 'The conversation is closed.' },
  full: { code: 'support.conversation_full', detail: 'The conversation takes no more messages.' },
} as const

const portion = 100
/** How long a socket counts as open after it was last noted, and how often it is noted. */
const presentMs = 60_000
const noteMs = 20_000
/** That someone types is announced at most this often. */
const typingMs = 2_000

/** A conversation over a WebSocket. Replicas announce only ids to each other; what has changed is read from the database. */
export const openChat =
  (deps: Deps): SocketHandler<SupportService, 'openChat'> =>
  async (context) => {
    const { query, caller, db, refuse } = context
    const found = await findConversation(db, query.conversationId)
    if (found === undefined || !caller.mayReach(found.customerId)) return refuse(noConversation(query.conversationId))
    const { id, customerId } = found
    const socket = await context.accept()
    const chat: Chat = { deps, context, socket, id, customerId, author: authorOf(caller.subject, customerId) }
    const following = Promise.all([followMessages(chat), followPresence(chat), followTyping(chat), keepPresence(chat)])
    const taking = takeMessages(chat)
    // each ends with the socket; what fails first ends the socket
    await Promise.all([following, taking])
  }

/** Sends every message after the last one that the client has seen: stored messages have no gaps, so that none is missed. */
async function followMessages({ context, socket, id }: Chat): Promise<void> {
  const { db, caller, watch } = context
  const view = chatViewOf(caller)
  let last = context.query.after ?? 0
  let version = 0
  while (!socket.signal.aborted) {
    // before reading, so that no announcement is missed
    const watched = watch(id)
    const conversation = await findConversation(db, id)
    if (conversation === undefined) {
      watched.stop()
      throw catalogueError(supportErrors, 'support.conversation_not_found', 'The conversation was deleted.')
    }
    if (conversation.version !== version) {
      version = conversation.version
      await socket.send({ type: 'conversation', data: toConversation(conversation, view) })
    }
    const messages = conversation.lastSequence > last ? await listChatMessages(db, id, last, portion) : []
    for (const message of messages) {
      await socket.send({ type: 'message', data: toChatMessage(message, view) })
      last = message.sequence
    }
    if (messages.length === portion) watched.stop()
    else await watched.changed
  }
}

async function followPresence({ deps, context, socket, id }: Chat): Promise<void> {
  let sent = ''
  while (!socket.signal.aborted) {
    const watched = context.watch(presenceOf(id))
    const presence = await readPresence(context.db, id, deps.clock.now())
    if (JSON.stringify(presence) !== sent) {
      sent = JSON.stringify(presence)
      await socket.send({ type: 'presence', data: presence })
    }
    await watched.changed
  }
}

async function followTyping({ context, socket, id, author }: Chat): Promise<void> {
  const other = otherAuthor(author)
  while (!socket.signal.aborted) {
    const isAnnounced = await context.watch(typingOf(id, other)).changed
    if (isAnnounced) socket.sendIfCurrent({ type: 'typing', data: { author: other } })
  }
}

/** Notes the socket as open until it ends. If the process dies, the note lapses. */
async function keepPresence({ deps, context, socket, id, author }: Chat): Promise<void> {
  const socketId = deps.newId()
  for (let isNew = true; !socket.signal.aborted; isNew = false) {
    await context.commit(async (tx) => {
      const until = deps.clock.now().add({ milliseconds: presentMs })
      await notePresence(tx, { socketId, conversationId: id, author }, until)
      if (isNew) tx.announce(presenceOf(id))
    })
    await delay(noteMs, undefined, { signal: socket.signal }).catch(() => {})
  }
  await context.commit(async (tx) => {
    await forgetPresence(tx, socketId)
    tx.announce(presenceOf(id))
  })
}

async function takeMessages(chat: Chat): Promise<void> {
  const { context, socket, id, author } = chat
  let announcedAtMs = -Infinity
  for await (const message of socket.messages) {
    if (message.type === 'say') {
      await say(chat, message.data)
      continue
    }
    if (performance.now() - announcedAtMs < typingMs) continue
    announcedAtMs = performance.now()
    await context.commit(async (tx) => tx.announce(typingOf(id, author)))
  }
}

/** Stores a message, then acknowledges it. */
async function say(
  { deps, context, socket, id, customerId, author }: Chat,
  { clientMessageId, text }: { readonly clientMessageId: string; readonly text: string },
): Promise<void> {
  const { caller, refuse, commit } = context
  const authorId = caller.subject as UserId
  const stored = await commit(async (tx) => {
    const conversation = await lockConversation(tx, id)
    if (conversation === undefined) return refuse(noConversation(id))
    const known = await findByClientId(tx, id, authorId, clientMessageId)
    const decision = decideSay(conversation, { text, known })
    if (!('sequence' in decision)) return refuse(refusals[decision.kind])
    const { sequence } = decision
    if (decision.kind === 'known') return { sequence }
    const createdAt = deps.clock.now()
    const message = { conversationId: id, customerId, author, authorId, clientMessageId, text, createdAt }
    await insertChatMessage(tx, { ...message, sequence })
    if (author === 'staff') tx.audit({ target: id, persons: [customerId] })
    tx.announce(id)
    return { sequence }
  })
  if ('sequence' in stored) await socket.send({ type: 'stored', data: { clientMessageId, sequence: stored.sequence } })
  else await socket.reject(stored)
}
