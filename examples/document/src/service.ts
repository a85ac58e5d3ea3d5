import type { Handler, PersonalData, ReadHandle } from '@stoa/contract'
import type { UserId } from '@stoa/contracts/shared/ids'
import { newId } from '@stoa/kernel'
import { saga } from '@stoa/saga'
import { defineService } from '@stoa/service'
import { document, documentPublished, type Document, type DocumentId, type DocumentService } from '../contract.ts'
import { config } from './config.ts'

const dayMs = 86_400_000

/** Waits for a person, publishes what is approved, and rejects everything else, also what is not decided in 30 days. */
const approval = saga(document, 'document-approval')
  .waitFor('decision', {
    timeoutMs: 30 * dayMs,
    timeoutCode: 'document.rejected',
    then: async (_tx, { outcome }, { fail }) => {
      if (outcome === 'rejected') fail('document.rejected')
    },
  })
  .pivot('publish', {
    action: async () => {},
    then: async (tx, _done, { input: { documentId, ownerId } }) => {
      await tx.sql`update documents set status = 'published' where id = ${documentId}`
      await tx.publish(documentPublished, documentId, { documentId, ownerId })
    },
  })
  .whenCompensated(async (tx, { input: { documentId } }) => {
    await tx.sql`update documents set status = 'rejected' where id = ${documentId}`
  })

const submitDocument: Handler<DocumentService, 'submitDocument'> = async ({ body, caller, commit }) =>
  commit(async (tx) => {
    const documentId = newId() as DocumentId
    const ownerId = caller.subject as UserId
    await tx.sql`insert into documents (id, owner_id, title, created_at) values (${documentId}, ${ownerId}, ${body.title}, now())`
    await tx.start('document-approval', documentId, { documentId, ownerId })
    return { status: 201, id: documentId }
  })

const getDocument: Handler<DocumentService, 'getDocument'> = async ({ params: { id }, db, refuse }) => {
  const found = await findDocument(db, id)
  return found === undefined
    ? refuse('document.not_found', `The document ${id} does not exist.`)
    : { status: 200, body: found }
}

const decideDocument: Handler<DocumentService, 'decideDocument'> = async ({
  params: { id },
  body,
  db,
  refuse,
  commit,
}) => {
  const found = await findDocument(db, id)
  if (found === undefined) return refuse('document.not_found', `The document ${id} does not exist.`)
  return commit(async (tx) => {
    await tx.signal('document-approval', id, 'decision', { outcome: body.outcome })
    return { status: 200, id }
  })
}

interface DocumentRow extends Omit<Document, 'createdAt'> {
  readonly createdAt: Temporal.Instant
}

async function findDocument(db: ReadHandle, id: DocumentId): Promise<Document | undefined> {
  const [row] = await db.sql<DocumentRow>`
    select id, owner_id as "ownerId", title, status, created_at as "createdAt" from documents where id = ${id}`
  return row && { ...row, createdAt: row.createdAt.toString() }
}

const personalData: PersonalData<DocumentService> = {
  export: async (ownerId, db) => ({
    documents:
      await db.sql`select id, title, status, created_at from documents where owner_id = ${ownerId} order by id`,
  }),
  erase: async (tx, ownerId) => {
    await tx.sql`delete from documents where owner_id = ${ownerId}`
  },
}

/** Documents and their approval. */
export const documentService = defineService(document, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: () => ({}),
  bind: () => ({
    operations: { submitDocument, getDocument, decideDocument },
    rpc: {},
    consumes: {},
    sagas: { 'document-approval': approval },
    tasks: {},
    personalData,
  }),
})
