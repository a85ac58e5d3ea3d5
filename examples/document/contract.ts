import { closed, describeService, errors, event, get, idSchema, InstantSchema, nameText, post } from '@stoa/contract'
import { UserId } from '@stoa/contracts/shared/ids'
import type { Permissions } from '@stoa/contracts/shared/declared-permission'
import { registered } from '@stoa/contracts/shared/roles'
import { userDeleted } from '@stoa/contracts/user/events'
import { Type, type Static } from 'typebox'

/** The id of a document. */
export const DocumentId = idSchema('document')
export type DocumentId = Static<typeof DocumentId>

/** A document that is submitted for approval. */
export const Document = Type.Object({
  id: DocumentId,
  ownerId: UserId,
  title: Type.String(),
  status: Type.Enum(['submitted', 'published', 'rejected']),
  createdAt: InstantSchema,
})
export type Document = Static<typeof Document>

const Outcome = Type.Enum(['approved', 'rejected'])

/** A document was approved, and is published. */
export const documentPublished = event(
  'document.published',
  '1.0.0',
  Type.Object({ documentId: DocumentId, ownerId: UserId }),
)

/** The permissions of document, and the roles that have them. */
export const documentPermissions = {
  'document:decide': { description: 'approve and reject documents', roles: ['staff', 'manager'] },
  'document:read': { description: 'read your documents', roles: registered },
  'document:read:any': { description: 'read every document', roles: ['staff', 'manager'] },
  'document:submit': { description: 'submit documents', roles: registered },
} as const satisfies Permissions

const described = describeService({
  name: 'document',
  port: 9050,
  owner: 'examples',
  slo: { availability: 0.999, p99Ms: 100, errorRate: 0.005 },
  errors: errors({
    'document.not_found': { kind: 'not_found', title: 'No such document', fix: 'Check the id.' },
    'document.rejected': { kind: 'conflict', title: 'The document was rejected', fix: 'Submit another one.' },
  }),
  operations: {
    submitDocument: post('/api/v1/documents', {
      summary: 'Submit a document for approval',
      permission: 'document:submit',
      owner: 'none',
      idempotencyKey: 'required',
      body: Type.Object({ title: nameText(200) }, closed),
      answers: { 201: Document },
      answersWith: 'getDocument',
      settled: ({ status }) => status !== 'submitted',
    }),
    getDocument: get('/api/v1/documents/{id}', {
      params: { id: DocumentId },
      summary: 'Read a document',
      permission: 'document:read',
      owner: 'ownerId',
      answers: { 200: Document },
      refuses: ['document.not_found'],
    }),
    decideDocument: post('/api/v1/documents/{id}/decision', {
      params: { id: DocumentId },
      summary: 'Approve or reject a document; the first decision counts',
      permission: 'document:decide',
      owner: 'none',
      body: Type.Object({ outcome: Outcome }, closed),
      answers: { 200: Document },
      answersWith: 'getDocument',
      settled: ({ status }) => status !== 'submitted',
      refuses: ['document.not_found'],
    }),
  },
  publishes: { documentPublished },
  consumes: { userDeleted },
  sagas: {
    'document-approval': {
      version: 1,
      input: Type.Object({ documentId: DocumentId, ownerId: UserId }),
      signals: { decision: Type.Object({ outcome: Outcome }) },
    },
  },
  personalData: { documents: 'what a person has submitted; kept until the account is erased' },
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface DocumentService extends Described {}

/** Documents and their approval. */
export const document: DocumentService = described
