import type { TaskHandler } from '@stoa/contract'
import { notificationFailed, notificationSent } from '@stoa/contracts/notification/events'
import type { NotificationService } from '@stoa/contracts/notification/service'
import { AppError, isAppError } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { endNotification, findNotification } from '../store/notifications.ts'

const lastAttempt = 10

/** Sends a message by its channel, at least once; after the last attempt it is given up and said to be. */
export const deliver =
  ({ clock, logger, mail }: Deps): TaskHandler<NotificationService, 'deliver'> =>
  async ({ payload: { notificationId }, attempt, calls, db, commit }) => {
    const message = await findNotification(db, notificationId)
    if (message?.status !== 'pending') return
    const { userId, kind, channel, orderId } = message
    const fact = { notificationId, userId, kind, channel }
    try {
      if (channel === 'email' && mail !== undefined) {
        const { email } = await calls.user.getContact({ userId })
        await send(() => mail.send({ id: notificationId, to: email, subject: message.subject, body: message.body }))
      }
    } catch (error) {
      const isHopeless = attempt >= lastAttempt || isAppError(error, 'user.not_found')
      if (!isHopeless) throw error
      const code = isAppError(error) ? error.code : 'notification.channel_unavailable'
      logger.warn('message given up', { ...fact, code })
      return commit(async (tx) => {
        if (await endNotification(tx, notificationId, 'failed', clock.now())) {
          await tx.publish(notificationFailed, notificationId, { ...fact, code })
        }
      })
    }
    logger.info('message sent', { notificationId, kind, channel, ...(orderId === undefined ? {} : { orderId }) })
    await commit(async (tx) => {
      if (await endNotification(tx, notificationId, 'sent', clock.now()))
        await tx.publish(notificationSent, notificationId, fact)
    })
  }

async function send(by: () => Promise<void>): Promise<void> {
  try {
    await by()
  } catch (error) {
    throw new AppError('unavailable', 'notification.channel_unavailable', 'the mail server did not take it', {
      cause: error,
    })
  }
}
