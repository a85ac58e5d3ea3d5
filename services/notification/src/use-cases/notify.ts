import type { Calls, Consumer, ReceivedEvent, Tx } from '@stoa/contract'
import { notificationDelivered, notificationSent } from '@stoa/contracts/notification/events'
import type { Channel, NotificationKind } from '@stoa/contracts/notification/resources'
import type { NotificationService } from '@stoa/contracts/notification/service'
import type { NotificationId, UserId } from '@stoa/contracts/shared/ids'
import { isAppError, isTimeZone } from '@stoa/kernel'
import { channelsTo, type Deps } from '../deps.ts'
import { decideDelivery, type Delivery } from '../domain/delivery.ts'
import { word, type Variables } from '../domain/template.ts'
import { insertNotification } from '../store/notifications.ts'
import { readPreferences } from '../store/preferences.ts'
import { findWords } from '../store/templates.ts'
import { countMail } from '../store/unverified-mails.ts'

type Events = NotificationService['consumes']

/** Whom a message is for, as far as it is worded for them. */
export interface Reader {
  readonly name: string
  readonly locale: string
  /** The address of the account if it is not verified: mails to it are limited. */
  readonly unverifiedEmail?: string | undefined
  /** The time zone of the account, if it has one. */
  readonly timeZone?: string | undefined
  /** What the message quotes from another service. */
  readonly quoted?: Variables
}

interface MessageDefinition<Name extends keyof Events> {
  readonly kind: NotificationKind
  /** The recipient, undefined if the event concerns no account; staff have an inbox of their own. */
  readonly to: 'staff' | ((data: ReceivedEvent<Events[Name]>['data']) => UserId | undefined)
  /** The required channel; if omitted, the preferences of the account decide. */
  readonly by?: Channel
  readonly variables: (data: ReceivedEvent<Events[Name]>['data'], reader: Reader) => Variables
  /** Reads what the message quotes from another service; undefined if it no longer exists: then there is no message. */
  readonly quote?: (
    data: ReceivedEvent<Events[Name]>['data'],
    calls: Calls<NotificationService['calls']>,
  ) => Promise<Variables | undefined>
  /** The link whose token the message contains as `{{linkToken}}`; the token is requested when the message is sent, and is not stored. */
  readonly link?: (data: ReceivedEvent<Events[Name]>['data']) => string
}

/** A message about one event. */
export interface Message {
  readonly eventId?: string
  readonly userId: UserId
  readonly kind: NotificationKind
  readonly orderId?: string | undefined
  readonly locale: string
  readonly variables: Variables
  readonly linkId?: string | undefined
  /** The required channel; if omitted, the preferences of the account decide. */
  readonly channel?: Channel | undefined
  /** The address of the account if it is not verified; a mail to it counts against the limit of its mailbox. */
  readonly unverifiedEmail?: string | undefined
  /** The time zone of quiet hours without an offset; UTC if omitted. */
  readonly timeZone?: string | undefined
}

/** Makes the consumer that notifies one account of one event. The recipient is read first, and is not stored. */
export function notifyOn<Name extends keyof Events>(
  deps: Deps,
  { kind, to, by, variables, quote, link }: MessageDefinition<Name>,
): Consumer<NotificationService, Name, Reader | undefined> {
  return {
    async prepare({ event, calls }) {
      if (to === 'staff') return { name: 'staff', locale: 'en' }
      const userId = to(event.data)
      if (userId === undefined) return undefined
      const [reader, quoted] = await Promise.all([findReader(calls, userId), quote?.(event.data, calls)])
      if (quote === undefined) return reader
      return reader === undefined || quoted === undefined ? undefined : { ...reader, quoted }
    },
    async apply(event, tx, reader) {
      const data = event.data
      const userId = to === 'staff' ? deps.staffInbox : to(data)
      // an account that was erased in the meantime has no reader
      if (reader === undefined || userId === undefined) return
      const orderId = orderIdOf(data)
      await notify(deps, tx, {
        eventId: event.id,
        userId,
        kind,
        channel: by,
        orderId,
        linkId: link?.(data),
        locale: reader.locale,
        unverifiedEmail: reader.unverifiedEmail,
        timeZone: reader.timeZone,
        variables: variables(data, reader),
      })
    },
  }
}

function orderIdOf(data: unknown): string | undefined {
  return typeof data === 'object' && data !== null && 'orderId' in data ? String(data.orderId) : undefined
}

/** Returns the name and language of an account; undefined if it is unknown or erased. */
export async function findReader(
  calls: Calls<NotificationService['calls']>,
  userId: string,
): Promise<Reader | undefined> {
  try {
    const { email, name, locale, emailVerified, timeZone } = await calls.user.getContact({ userId })
    const unverifiedEmail = emailVerified === true ? undefined : email
    return { name: name === '' ? namelessIn(locale) : name, locale, unverifiedEmail, timeZone: knownZone(timeZone) }
  } catch (error) {
    if (isAppError(error, 'user.not_found')) return undefined
    throw error
  }
}

/** A time zone, unless user runs with newer time zone data than this process. */
function knownZone(timeZone: string | undefined): string | undefined {
  return timeZone !== undefined && isTimeZone(timeZone) ? timeZone : undefined
}

/** Greets a person whose name is unknown: `Hello there`. */
function namelessIn(locale: string): string {
  return locale.startsWith('de') ? 'und guten Tag' : 'there'
}

/** Replaces the token in the stored message. */
export const HIDDEN = '••••••••'
// templates of earlier versions have the other name
const hiddenLink: Variables = { linkToken: HIDDEN, unlockToken: HIDDEN }

/**
 * Renders a message and stores it in the inbox; a task sends e-mails and delayed messages. Returns the id of the message,
 * or undefined if it was stored before or its recipient is erased.
 */
export async function notify(
  deps: Deps,
  tx: Tx<NotificationService>,
  message: Message,
): Promise<NotificationId | undefined> {
  const { userId, kind, orderId, linkId, locale, eventId } = message
  const [isErased, template, { preferences }] = await Promise.all([
    tx.isErased(userId),
    findWords(tx, kind, locale),
    readPreferences(tx, userId),
  ])
  if (isErased) return undefined
  if (template === undefined) throw new Error(`there is no template for ${kind}`)
  const now = deps.clock.now()
  // what opens an account goes to the owner's address and nowhere else
  const by = linkId === undefined ? message.channel : 'email'
  const wanted = { kind, by, reachable: channelsTo(deps, userId), timeZone: message.timeZone }
  const id = deps.newId() as NotificationId
  const delivery = decideDelivery(wanted, preferences, now)
  const { channel, isSuppressed, delayMs } = await limitMails(tx, { ...message, id }, delivery, now)
  const variables = linkId === undefined ? message.variables : { ...message.variables, ...hiddenLink }
  const status = isSuppressed ? 'suppressed' : channel === 'in_app' && delayMs === 0 ? 'sent' : 'pending'
  const isNew = await insertNotification(
    tx,
    { id, eventId, userId, kind, channel, status, orderId, linkId, ...word(template, variables) },
    now,
  )
  if (!isNew) return undefined
  if (status === 'pending') await tx.enqueue('deliver', { notificationId: id }, { delayMs })
  if (status === 'sent') {
    await publishSent(tx, { notificationId: id, userId, kind, channel })
    deps.logger.info('message sent', { notificationId: id, kind, channel })
  }
  return id
}

/** Counts a mail to an address that is not verified; beyond the limit of its mailbox the message stays in the inbox. */
async function limitMails(
  tx: Tx<NotificationService>,
  { id, unverifiedEmail, linkId }: Pick<Message, 'unverifiedEmail' | 'linkId'> & { readonly id: NotificationId },
  delivery: Delivery,
  now: Temporal.Instant,
): Promise<Delivery> {
  const isMail = delivery.channel === 'email' && !delivery.isSuppressed
  if (!isMail || unverifiedEmail === undefined || (await countMail(tx, id, unverifiedEmail, now))) return delivery
  // the inbox has no token of a link
  return linkId === undefined ? { ...delivery, channel: 'in_app' } : { ...delivery, isSuppressed: true }
}

/** Publishes that a message was handed to its channel; an in-app message is also delivered, which is unknown for an e-mail. */
export async function publishSent(
  tx: Tx<NotificationService>,
  fact: {
    readonly notificationId: NotificationId
    readonly userId: UserId
    readonly kind: NotificationKind
    readonly channel: Channel
  },
): Promise<void> {
  await tx.publish(notificationSent, fact.notificationId, fact)
  if (fact.channel === 'in_app') await tx.publish(notificationDelivered, fact.notificationId, fact)
}
