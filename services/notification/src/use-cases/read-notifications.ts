import type { Handler } from '@stoa/contract'
import type { NotificationService } from '@stoa/contracts/notification/service'
import { decodeCursor, pageOf } from '@stoa/service'
import { Type } from 'typebox'
import { findNotification, listNotifications as list } from '../store/notifications.ts'
import { readPreferences, savePreferences } from '../store/preferences.ts'

export const getNotification: Handler<NotificationService, 'getNotification'> = async ({ params, db, refuse }) => {
  const message = await findNotification(db, params.id)
  if (message === undefined) return refuse('notification.not_found', `The notification ${params.id} does not exist.`)
  return { status: 200, body: message }
}

export const listNotifications: Handler<NotificationService, 'listNotifications'> = async ({
  params: { userId },
  query: { limit = 50, cursor, kind },
  db,
}) => {
  const beforeId = cursor === undefined ? undefined : decodeCursor(Type.String({ format: 'uuid' }), cursor)
  const found = await list(db, { userId, kind, beforeId, limit: limit + 1 })
  return { status: 200, body: pageOf(found, limit, ({ id }) => id) }
}

export const getPreferences: Handler<NotificationService, 'getPreferences'> = async ({ params, db }) => {
  const { preferences, version } = await readPreferences(db, params.userId)
  return { status: 200, body: { userId: params.userId, ...preferences }, version }
}

export const replacePreferences: Handler<NotificationService, 'replacePreferences'> = async ({
  params,
  body,
  expectedVersion,
  commit,
  refuse,
}) =>
  commit(async (tx) => {
    if (await tx.isErased(params.userId)) return refuse('request.path_unknown', 'The account does not exist.')
    const isSaved = await savePreferences(tx, params.userId, body, expectedVersion)
    return isSaved
      ? { status: 200, id: params.userId }
      : refuse('request.stale', 'The preferences were changed after they were read.')
  })
