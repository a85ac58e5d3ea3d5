import type { Handler } from '@stoa/contract'
import type { NotificationService } from '@stoa/contracts/notification/service'
import { readPageById } from '@stoa/service'
import { findNotification, listNotifications as list } from '../store/notifications.ts'
import { readPreferences, savePreferences } from '../store/preferences.ts'

export const getNotification: Handler<NotificationService, 'getNotification'> = async ({ params, db, refuse }) => {
  const message = await findNotification(db, params.id)
  if (message === undefined) return refuse('notification.not_found', `The notification ${params.id} does not exist.`)
  return { status: 200, body: message }
}

export const listNotifications: Handler<NotificationService, 'listNotifications'> = async ({
  params: { userId },
  query: { kind, ...page },
  db,
}) => ({
  status: 200,
  body: await readPageById(page, (beforeId, limit) => list(db, { userId, kind, beforeId, limit })),
})

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
