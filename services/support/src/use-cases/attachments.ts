import { dropBlobs } from '@stoa/blobs'
import type { Handler } from '@stoa/contract'
import type { SupportService } from '@stoa/contracts/support/service'
import { readPageById, requireVersion } from '@stoa/service'
import {
  deleteAttachment as deleteStored,
  findAttachment,
  listAttachments as listStored,
  toAttachment,
} from '../store/attachments.ts'
import { findTicket } from '../store/tickets.ts'
import { noTicket, viewOf } from './read-tickets.ts'

// an attachment never changes
const onlyVersion = { version: 1 }

function noAttachment(id: string) {
  return { code: 'support.attachment_not_found', detail: `The ticket has no attachment ${id}.` } as const
}

export const listAttachments: Handler<SupportService, 'listAttachments'> = async ({
  params,
  query,
  caller,
  db,
  refuse,
}) => {
  const ticket = await findTicket(db, params.id)
  if (ticket === undefined || !caller.mayReach(ticket.customerId)) return refuse(noTicket(params.id))
  const view = viewOf(caller)
  const page = await readPageById(query, async (afterId, limit) =>
    (await listStored(db, ticket.id, { afterId, limit })).map((each) => toAttachment(each, view)),
  )
  return { status: 200, body: { customerId: ticket.customerId, ...page } }
}

export const getAttachment: Handler<SupportService, 'getAttachment'> = async ({ params, caller, db, refuse }) => {
  const found = await findAttachment(db, params.id, params.attachmentId)
  if (found === undefined || !caller.mayReach(found.customerId)) return refuse(noAttachment(params.attachmentId))
  return { status: 200, body: toAttachment(found, viewOf(caller)), ...onlyVersion }
}

export const readAttachment: Handler<SupportService, 'readAttachment'> = async ({ params, caller, db, refuse }) => {
  const found = await findAttachment(db, params.id, params.attachmentId)
  if (found === undefined || !caller.mayReach(found.customerId)) return refuse(noAttachment(params.attachmentId))
  const { blob, fileName, customerId } = found
  return { status: 200, body: { blob, fileName, customerId } }
}

export const deleteAttachment: Handler<SupportService, 'deleteAttachment'> = async ({
  params: { id, attachmentId },
  expectedVersion,
  commit,
  refuse,
}) =>
  commit(async (tx) => {
    if (!(await deleteStored(tx, id, attachmentId))) return refuse(noAttachment(attachmentId))
    requireVersion(expectedVersion, onlyVersion, 'attachment')
    await dropBlobs(tx, [attachmentId])
    return { status: 204 }
  })
