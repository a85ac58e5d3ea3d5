import { closed, download, get, nameText, PageQuery, pageSchema, remove, upload } from '@stoa/contract'
import { Type } from 'typebox'
import { UserId } from '../shared/ids.ts'
import { AttachmentId, TicketAttachment, TicketId } from './resources.ts'

/** The largest attachment. */
export const MAX_ATTACHMENT_BYTES = 10 * 1_048_576

/** The number of files that a ticket can have. */
export const MAX_ATTACHMENTS = 20

const mediaTypes = ['application/pdf', 'image/jpeg', 'image/png', 'image/webp', 'text/plain'] as const
const params = { id: TicketId, attachmentId: AttachmentId }

/** POST /api/v1/tickets/{id}/attachments */
export const addAttachment = upload('/api/v1/tickets/{id}/attachments', {
  params: { id: TicketId },
  summary:
    'Attach a file to a ticket: PDF, JPEG, PNG, WebP or plain text, at most 10 MiB; a file of the customer reopens a resolved ticket',
  permission: 'ticket:reply',
  owner: 'customerId',
  idempotencyKey: 'required',
  query: Type.Object({ fileName: nameText(200) }, closed),
  upload: { shelf: 'attachments', mediaTypes, largestBytes: MAX_ATTACHMENT_BYTES },
  answers: { 201: TicketAttachment },
  answersWith: 'getAttachment',
  refuses: [
    'support.ticket_not_found',
    'support.ticket_closed',
    'support.attachments_full',
    'support.too_many_attachments',
  ],
})

/** GET /api/v1/tickets/{id}/attachments */
export const listAttachments = get('/api/v1/tickets/{id}/attachments', {
  params: { id: TicketId },
  summary: 'List the files attached to a ticket, oldest first',
  permission: 'ticket:read',
  owner: 'customerId',
  query: Type.Object({ ...PageQuery }, closed),
  answers: { 200: Type.Object({ customerId: UserId, ...pageSchema(TicketAttachment).properties }) },
  refuses: ['support.ticket_not_found'],
})

/** GET /api/v1/tickets/{id}/attachments/{attachmentId} */
export const getAttachment = get('/api/v1/tickets/{id}/attachments/{attachmentId}', {
  params,
  summary: 'Read the name, type and size of a file attached to a ticket',
  permission: 'ticket:read',
  owner: 'customerId',
  answers: { 200: TicketAttachment },
  refuses: ['support.attachment_not_found'],
})

/** GET /api/v1/tickets/{id}/attachments/{attachmentId}/content */
export const readAttachment = download('/api/v1/tickets/{id}/attachments/{attachmentId}/content', {
  params,
  summary: 'Download a file attached to a ticket',
  permission: 'ticket:read',
  owner: 'customerId',
  download: { shelf: 'attachments', mediaTypes, fields: { customerId: UserId } },
  refuses: ['support.attachment_not_found'],
})

/** DELETE /api/v1/tickets/{id}/attachments/{attachmentId} */
export const deleteAttachment = remove('/api/v1/tickets/{id}/attachments/{attachmentId}', {
  params,
  summary: 'Remove a file from a ticket',
  permission: 'ticket:manage',
  audited: true,
  owner: 'none',
  answers: { 204: null },
  refuses: ['support.attachment_not_found'],
})
