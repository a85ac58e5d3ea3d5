import { closed, get, nameText, noteText, PageQuery, pageSchema, post, put, remove } from '@stoa/contract'
import { Type } from 'typebox'
import { Locale } from '../shared/locale.ts'
import { Macro, MacroId, TicketId } from './resources.ts'

const manage = { permission: 'macro:manage', owner: 'none' } as const
const { name, locale, text } = Macro.properties
const params = { id: MacroId }
const body = Type.Object({ name, locale, text }, closed)

/** POST /api/v1/macros */
export const createMacro = post('/api/v1/macros', {
  ...manage,
  audited: true,
  summary: 'Create a canned reply; its text can have variables such as `{{ticketNumber}}`',
  body,
  answers: { 201: Macro },
  answersWith: 'getMacro',
  refuses: ['support.macro_invalid'],
})

/** GET /api/v1/macros */
export const listMacros = get('/api/v1/macros', {
  ...manage,
  summary: 'List the canned replies',
  query: Type.Object({ ...PageQuery, locale: Type.Optional(Locale) }, closed),
  answers: { 200: pageSchema(Macro) },
})

/** GET /api/v1/macros/{id} */
export const getMacro = get('/api/v1/macros/{id}', {
  ...manage,
  params,
  summary: 'Read a canned reply',
  answers: { 200: Macro },
  refuses: ['support.macro_not_found'],
})

/** PUT /api/v1/macros/{id} */
export const replaceMacro = put('/api/v1/macros/{id}', {
  ...manage,
  audited: true,
  params,
  summary: 'Replace a canned reply',
  body,
  answers: { 200: Macro },
  answersWith: 'getMacro',
  refuses: ['support.macro_not_found', 'support.macro_invalid'],
})

/** DELETE /api/v1/macros/{id} */
export const deleteMacro = remove('/api/v1/macros/{id}', {
  ...manage,
  audited: true,
  params,
  summary: 'Delete a canned reply',
  answers: { 204: null },
  refuses: ['support.macro_not_found'],
})

/** POST /api/v1/macros/{id}/render */
export const renderMacro = post('/api/v1/macros/{id}/render', {
  ...manage,
  params,
  summary: 'Fill a canned reply in for a ticket; the result can be edited and sent as a message',
  reads: true,
  body: Type.Object(
    {
      ticketId: TicketId,
      variables: Type.Optional(
        Type.Record(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9]{0,59}$' }), nameText(500, 0), {
          ...closed,
          maxProperties: 50,
          description: 'in addition to ticketNumber, subject, orderNumber and customerName',
        }),
      ),
    },
    closed,
  ),
  answers: { 200: Type.Object({ text: noteText(100_000) }) },
  refuses: ['support.macro_not_found', 'support.ticket_not_found', 'support.variable_missing'],
})
