import type { Handler } from '@stoa/contract'
import type { NotificationService } from '@stoa/contracts/notification/service'
import { readPage, requireVersion } from '@stoa/service'
import { Type } from 'typebox'
import type { Deps } from '../deps.ts'
import { findMissing, isReadable, word } from '../domain/template.ts'
import { isReservedFor } from './reserved-kinds.ts'
import { addVersion, findTemplate, listTemplates as list, lockTemplate } from '../store/templates.ts'

const none = (id: string) => `The template ${id} does not exist.`

export const listTemplates: Handler<NotificationService, 'listTemplates'> = async ({ query, db }) => {
  const read = (after = '', limit: number) => list(db, after, limit)
  return { status: 200, body: await readPage(query, Type.String(), read, ({ id }) => id) }
}

export const getTemplate: Handler<NotificationService, 'getTemplate'> = async ({ params, db, refuse }) => {
  const template = await findTemplate(db, params.id)
  if (template === undefined) return refuse('notification.template_not_found', none(params.id))
  return { status: 200, body: template, version: template.version }
}

export const replaceTemplate =
  ({ clock }: Deps): Handler<NotificationService, 'replaceTemplate'> =>
  async ({ params, body, caller, expectedVersion, commit, refuse }) => {
    if (!isReadable(body)) return refuse('notification.template_invalid', 'Variables must be written as {{name}}.')
    return commit(async (tx) => {
      const known = await lockTemplate(tx, params.id)
      if (known === undefined) return refuse('notification.template_not_found', none(params.id))
      requireVersion(expectedVersion, known, 'template')
      if (isReservedFor(caller, known.kind)) {
        return refuse(
          'notification.kind_reserved',
          `Messages of the kind ${known.kind} concern the security of an account.`,
        )
      }
      await addVersion(tx, known, body, clock.now())
      return { status: 200, id: params.id }
    })
  }

export const previewTemplate: Handler<NotificationService, 'previewTemplate'> = async ({
  params,
  body: { variables },
  db,
  refuse,
}) => {
  const template = await findTemplate(db, params.id)
  if (template === undefined) return refuse('notification.template_not_found', none(params.id))
  const missing = findMissing(template, variables)
  if (missing !== undefined) {
    const fields = [{ pointer: `/variables/${missing}`, detail: 'has no value' }]
    return refuse('notification.variable_missing', `The variable ${missing} has no value.`, { fields })
  }
  return { status: 200, body: word(template, variables) }
}
