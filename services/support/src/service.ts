import { support } from '@stoa/contracts/support/service'
import { defineService } from '@stoa/service'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { readPolicy } from './domain/read-policy.ts'
import { addAttachment } from './use-cases/add-attachment.ts'
import { answerQuestion } from './use-cases/answer-question.ts'
import { deleteAttachment, getAttachment, listAttachments, readAttachment } from './use-cases/attachments.ts'
import {
  createArticle,
  deleteArticle,
  publishArticle,
  replaceArticle,
  unpublishArticle,
} from './use-cases/manage-articles.ts'
import { createMacro, deleteMacro, getMacro, listMacros, renderMacro, replaceMacro } from './use-cases/manage-macros.ts'
import { listArticleFeedback, rateArticle } from './use-cases/rate-article.ts'
import { getArticle, listArticles, listArticleVersions } from './use-cases/read-articles.ts'
import { openChat } from './use-cases/chat.ts'
import {
  closeConversation,
  handOverConversation,
  openConversation,
  setConversationAssignee,
} from './use-cases/manage-chat.ts'
import { getConversation, listChatMessages, listConversations } from './use-cases/read-chat.ts'
import { createMessage } from './use-cases/create-message.ts'
import { createTicket } from './use-cases/create-ticket.ts'
import { setAssignee, setPriority, setStatus } from './use-cases/manage-tickets.ts'
import { personalData } from './use-cases/personal-data.ts'
import { rateTicket } from './use-cases/rate-ticket.ts'
import { getMessage, getReply, getTicket, listMessages, listTickets } from './use-cases/read-tickets.ts'
import { closeResolved, removeOld, reportBreaches } from './use-cases/scheduled.ts'

/** Tickets, chat, service levels, canned replies, knowledge base: its table of contents. */
export const supportService = defineService(support, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ clock, newId, database, telemetry, config: settings }): Deps => ({
    clock,
    newId,
    database,
    logger: telemetry.logger,
    policy: readPolicy(settings),
    limits: {
      ticketsPerDay: settings.ticketsPerDay,
      messagesPerDay: settings.ticketMessagesPerDay,
      conversationsPerDay: settings.chatConversationsPerDay,
      attachmentsPerDay: settings.ticketAttachmentsPerDay,
      silenceMs: settings.silenceDays * 86_400_000,
      reopenMs: settings.reopenDays * 86_400_000,
      retentionDays: settings.ticketRetentionDays,
    },
  }),
  bind: (deps) => ({
    operations: {
      createTicket: createTicket(deps),
      listTickets,
      getTicket,
      createMessage: createMessage(deps),
      listMessages,
      getMessage,
      addAttachment: addAttachment(deps),
      listAttachments,
      getAttachment,
      readAttachment,
      deleteAttachment,
      setAssignee: setAssignee(deps),
      setPriority: setPriority(deps),
      setStatus: setStatus(deps),
      rateTicket: rateTicket(deps),
      createMacro: createMacro(deps),
      listMacros,
      getMacro,
      replaceMacro: replaceMacro(deps),
      deleteMacro,
      renderMacro,
      createArticle: createArticle(deps),
      listArticles,
      getArticle,
      replaceArticle: replaceArticle(deps),
      deleteArticle,
      listArticleVersions,
      publishArticle: publishArticle(deps),
      unpublishArticle: unpublishArticle(deps),
      rateArticle: rateArticle(deps),
      listArticleFeedback,
      answerQuestion: answerQuestion(deps),
      openConversation: openConversation(deps),
      listConversations,
      getConversation,
      listChatMessages,
      setConversationAssignee: setConversationAssignee(deps),
      closeConversation: closeConversation(deps),
      handOverConversation: handOverConversation(deps),
      openChat: openChat(deps),
    },
    rpc: { getReply },
    consumes: {},
    sagas: {},
    tasks: {
      'report-breaches': reportBreaches(deps),
      'close-resolved': closeResolved(deps),
      'remove-old': removeOld(deps),
    },
    personalData,
  }),
})
