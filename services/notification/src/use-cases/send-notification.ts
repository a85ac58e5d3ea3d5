import type { Handler } from '@stoa/contract'
import type { NotificationService } from '@stoa/contracts/notification/service'
import type { Deps } from '../deps.ts'
import { findMissing } from '../domain/template.ts'
import { findWords } from '../store/templates.ts'
import { findReader, tell } from './tell.ts'

/** Sends a message that somebody asks for. */
export const sendNotification =
  (deps: Deps): Handler<NotificationService, 'sendNotification'> =>
  async ({ body: { userId, kind, variables = {} }, calls, db, commit, refuse }) => {
    const reader = await findReader(calls, userId)
    if (reader === undefined) return refuse('notification.recipient_unknown', 'The recipient is unknown.')
    const template = await findWords(db, kind, reader.locale)
    if (template === undefined) return refuse('notification.template_not_found', `There are no words for ${kind}.`)
    const worded = { name: reader.name, ...variables }
    const missing = findMissing(template, worded)
    if (missing !== undefined) {
      const fields = [{ pointer: `/variables/${missing}`, detail: 'has no value' }]
      return refuse('notification.variable_missing', `The variable ${missing} has no value.`, { fields })
    }
    return commit(async (tx) => {
      const id = await tell(deps, tx, { userId, kind, locale: reader.locale, variables: worded })
      return { status: 201, id: id ?? '' }
    })
  }
