import type { Examples } from '@stoa/contract'
import type * as answers from './answers-http.ts'
import type * as chat from './chat-http.ts'
import type * as articles from './articles-http.ts'
import type * as http from './http.ts'
import type * as macros from './macros-http.ts'

const macro = { name: 'Missing goods', locale: 'en', text: 'We are looking into {{ticketNumber}}.' }

const article = {
  topic: 'return',
  title: 'How to return goods',
  body: 'Open the order and choose what to return.',
} as const

/** Examples of the operations of support. */
export const supportExamples: Examples<typeof http & typeof chat & typeof macros & typeof articles & typeof answers> = {
  createTicket: {
    body: { subject: 'One tin is missing', body: 'The parcel had two tins of three.', topic: 'delivery' },
  },
  createMessage: { body: { text: 'The third tin was in another parcel.' } },
  addAttachment: { query: { fileName: 'parcel.png' } },
  setAssignee: { body: {} },
  setPriority: { body: { priority: 'high' } },
  setStatus: { body: { status: 'resolved' } },
  createMacro: { body: macro },
  replaceMacro: { body: macro },
  renderMacro: { body: { ticketId: '01920000-0000-7000-8000-000000000a01', variables: { orderNumber: 'S-100001' } } },
  answerQuestion: { body: { question: 'How do I return goods?', locale: 'en' } },
  createArticle: {
    body: { ...article, key: 'return-goods', locale: 'en' },
    unique: (suffix) => ({ key: `return-goods-${suffix}` }),
  },
  replaceArticle: { body: article },
  publishArticle: { body: {} },
  rateArticle: { body: { helpful: true, comment: 'Short and clear' } },
  setConversationAssignee: { body: {} },
  handOverConversation: { body: { subject: 'One tin is missing', text: 'We are looking for the third tin.' } },
  rateTicket: { body: { score: 5, comment: 'Quick and friendly' } },
}
