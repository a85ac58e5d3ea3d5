import type { Handler } from '@stoa/contract'
import type { NotificationService } from '@stoa/contracts/notification/service'
import { channelsTo, type Deps } from '../deps.ts'
import { findMissing } from '../domain/template.ts'
import { findWords } from '../store/templates.ts'
import { findReader, notify } from './notify.ts'
import { isReservedFor } from './reserved-kinds.ts'

/** Sends a requested message. */
export const sendNotification =
  (deps: Deps): Handler<NotificationService, 'sendNotification'> =>
  async ({ body: { userId, kind, channel, variables = {} }, caller, calls, db, commit, refuse }) => {
    if (isReservedFor(caller, kind)) {
      return refuse('notification.kind_reserved', `Messages of the kind ${kind} concern the security of an account.`)
    }
    const reader = await findReader(calls, userId)
    if (reader === undefined) return refuse('notification.recipient_unknown', 'The recipient is unknown.')
    if (channel !== undefined && !channelsTo(deps, userId).has(channel)) {
      const fields = [{ pointer: '/channel', detail: 'not configured' }]
      return refuse('notification.channel_not_configured', `The channel ${channel} cannot be used.`, { fields })
    }
    const template = await findWords(db, kind, reader.locale)
    if (template === undefined) return refuse('notification.template_not_found', `There is no template for ${kind}.`)
    const worded = { name: reader.name, ...variables }
    const missing = findMissing(template, worded)
    if (missing !== undefined) {
      const fields = [{ pointer: `/variables/${missing}`, detail: 'has no value' }]
      return refuse('notification.variable_missing', `The variable ${missing} has no value.`, { fields })
    }
    return commit(async (tx) => {
      const { locale, timeZone } = reader
      const id = await notify(deps, tx, { userId, kind, locale, timeZone, variables: worded, channel })
      if (id === undefined) return refuse('notification.recipient_unknown', 'The recipient is unknown.')
      return { status: 201, id }
    })
  }
