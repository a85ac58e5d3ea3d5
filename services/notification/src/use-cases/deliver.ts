import type { Calls, TaskHandler } from '@stoa/contract'
import { notificationFailed } from '@stoa/contracts/notification/events'
import { notification, type NotificationService } from '@stoa/contracts/notification/service'
import { notificationErrors } from '@stoa/contracts/notification/errors'
import { type AppError, catalogueError, isAppError } from '@stoa/kernel'
import { channelsTo, type Deps } from '../deps.ts'
import { endNotification, findLinkOf, findNotification } from '../store/notifications.ts'
import { HIDDEN, publishSent } from './notify.ts'

/** About 16 hours, as attempts are a minute apart in the end; a message with a link ends when its link has expired. */
const lastAttempt = notification.tasks.deliver.attempts

/** Sends a message by its channel, at least once; after the last attempt it is given up and said to be. */
export const deliver =
  (deps: Deps): TaskHandler<NotificationService, 'deliver'> =>
  async ({ payload: { notificationId }, attempt, calls, db, commit }) => {
    const message = await findNotification(db, notificationId)
    if (message?.status !== 'pending') return
    const { clock, logger, staffInbox, staffMail } = deps
    const { userId, kind, orderId } = message
    const linkId = await findLinkOf(db, notificationId)
    const mail = linkId === undefined ? deps.mail : deps.linkMail
    // it may have been kept for later when there still was a mail server
    const isReachable = linkId !== undefined || channelsTo(deps, userId).has(message.channel)
    const channel = isReachable ? message.channel : 'in_app'
    const fact = { notificationId, userId, kind, channel }
    try {
      if (linkId !== undefined && mail === undefined) throw noMail()
      if (channel === 'email' && mail !== undefined) {
        const { subject } = message
        const body = linkId === undefined ? message.body : await withToken(calls, message.body, linkId)
        const to = userId === staffInbox ? (staffMail ?? '') : (await calls.user.getContact({ userId })).email
        await send(() => mail.send({ id: notificationId, to, subject, body }))
      }
    } catch (error) {
      const isOver =
        isAppError(error, 'user.not_found') || isAppError(error, 'user.token_invalid') || isRefusedForGood(error)
      const isHopeless = attempt >= lastAttempt || isOver || (linkId !== undefined && mail === undefined)
      if (!isHopeless) throw error
      const code = isAppError(error) ? error.code : 'notification.channel_unavailable'
      logger.warn('message failed on every attempt', { ...fact, code })
      return commit(async (tx) => {
        if (await endNotification(tx, notificationId, { status: 'failed', channel, at: clock.now() })) {
          await tx.publish(notificationFailed, notificationId, { ...fact, code })
        }
      })
    }
    logger.info('message sent', { notificationId, kind, channel, ...(orderId === undefined ? {} : { orderId }) })
    await commit(async (tx) => {
      const isEnded = await endNotification(tx, notificationId, { status: 'sent', channel, at: clock.now() })
      if (isEnded) await publishSent(tx, fact)
    })
  }

function noMail(): AppError {
  return catalogueError(
    notificationErrors,
    'notification.channel_unavailable',
    'no mail server is configured to send a link',
  )
}

/** A message with the token of its link, which is nowhere kept. */
async function withToken(calls: Calls<NotificationService['calls']>, body: string, linkId: string): Promise<string> {
  const { token } = await calls.user.issueLinkToken({ linkId })
  return body.replaceAll(HIDDEN, token)
}

async function send(by: () => Promise<void>): Promise<void> {
  try {
    await by()
  } catch (error) {
    const isPermanent = (responseCodeOf(error) ?? 0) >= 500
    const detail = isPermanent ? 'the mail server rejected the message' : 'the mail server could not take the message'
    throw catalogueError(notificationErrors, 'notification.channel_unavailable', detail, {
      retryable: !isPermanent,
      cause: error,
    })
  }
}

function isRefusedForGood(error: unknown): boolean {
  return isAppError(error, 'notification.channel_unavailable') && !error.retryable
}

/** The reply code of the mail server (RFC 5321, section 4.2.1), if it gave one; 5yz is permanent. */
function responseCodeOf(error: unknown): number | undefined {
  const code = typeof error === 'object' && error !== null && 'responseCode' in error ? error.responseCode : undefined
  return typeof code === 'number' ? code : undefined
}
