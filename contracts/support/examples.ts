import type { Examples } from '@stoa/contract'
import type * as http from './http.ts'

/** Examples of the operations of support. */
export const supportExamples: Examples<typeof http> = {
  createTicket: {
    body: { subject: 'One tin is missing', body: 'The parcel had two tins of three.', topic: 'delivery' },
  },
  createMessage: { body: { text: 'The third tin was in another parcel.' } },
  setAssignee: { body: {} },
  setPriority: { body: { priority: 'high' } },
  setStatus: { body: { status: 'resolved' } },
  rateTicket: { body: { score: 5, comment: 'Quick and friendly' } },
}
