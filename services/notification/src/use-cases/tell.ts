import type { Calls, Consumer, ReceivedEvent, Tx } from '@stoa/contract'
import { notificationSent } from '@stoa/contracts/notification/events'
import type { NotificationKind } from '@stoa/contracts/notification/resources'
import type { NotificationService } from '@stoa/contracts/notification/service'
import type { NotificationId, UserId } from '@stoa/contracts/ids'
import { isAppError } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { decideDelivery } from '../domain/delivery.ts'
import { word, type Variables } from '../domain/template.ts'
import { insertNotification } from '../store/notifications.ts'
import { readPreferences } from '../store/preferences.ts'
import { findWords } from '../store/templates.ts'

type Events = NotificationService['consumes']

/** Whom a message is for, as far as it is worded for them. */
export interface Reader {
  readonly name: string
  readonly locale: string
  /** What was asked for this message alone. */
  readonly asked?: Variables
}

interface Telling<Name extends keyof Events> {
  readonly kind: NotificationKind
  /** Whose inbox; staff have one of their own. */
  readonly to: 'staff' | ((data: ReceivedEvent<Events[Name]>['data']) => UserId)
  readonly variables: (data: ReceivedEvent<Events[Name]>['data'], reader: Reader) => Variables
  /** Asks for what no event may carry; without an answer nobody is told. */
  readonly ask?: (
    calls: Calls<NotificationService['calls']>,
    data: ReceivedEvent<Events[Name]>['data'],
  ) => Promise<Variables | undefined>
}

/** A message that tells of one fact. */
export interface Message {
  readonly eventId?: string
  readonly userId: UserId
  readonly kind: NotificationKind
  readonly orderId?: string | undefined
  readonly locale: string
  readonly variables: Variables
}

/** Makes the consumer that tells one person of one fact: who reads it is asked first, and not kept. */
export function tells<Name extends keyof Events>(
  deps: Deps,
  { kind, to, variables, ask }: Telling<Name>,
): Consumer<NotificationService, Name, Reader | undefined> {
  return {
    async prepare({ event, calls }) {
      if (to === 'staff') return { name: 'staff', locale: 'en' }
      const reader = await findReader(calls, to(event.data))
      if (reader === undefined || ask === undefined) return reader
      const asked = await ask(calls, event.data)
      return asked === undefined ? undefined : { ...reader, asked }
    },
    async apply(event, tx, reader) {
      // nobody is left to be told: the account was erased meanwhile
      if (reader === undefined) return
      const data = event.data
      const orderId = orderIdOf(data)
      const userId = to === 'staff' ? deps.staffInbox : to(data)
      await tell(deps, tx, {
        eventId: event.id,
        userId,
        kind,
        orderId,
        locale: reader.locale,
        variables: variables(data, reader),
      })
    },
  }
}

function orderIdOf(data: unknown): string | undefined {
  return typeof data === 'object' && data !== null && 'orderId' in data ? String(data.orderId) : undefined
}

/** Who a person is to a message; undefined for one who is unknown or erased. */
export async function findReader(
  calls: Calls<NotificationService['calls']>,
  userId: string,
): Promise<Reader | undefined> {
  try {
    const { name, locale } = await calls.user.getContact({ userId })
    return { name, locale }
  } catch (error) {
    if (isAppError(error, 'user.not_found')) return undefined
    throw error
  }
}

/** Words a message and puts it in the inbox; by e-mail or later it goes out by a task. Answers its id. */
export async function tell(
  deps: Deps,
  tx: Tx<NotificationService>,
  message: Message,
): Promise<NotificationId | undefined> {
  const { userId, kind, orderId, locale, variables, eventId } = message
  const template = await findWords(tx, kind, locale)
  if (template === undefined) throw new Error(`there are no words for ${kind}`)
  const now = deps.clock.now()
  const { preferences } = await readPreferences(tx, userId)
  const { channel, isSuppressed, delayMs } = decideDelivery(kind, preferences, now)
  const staysHere = (channel === 'in_app' || deps.mail === undefined || userId === deps.staffInbox) && delayMs === 0
  const status = isSuppressed ? 'suppressed' : staysHere ? 'sent' : 'pending'
  const id = deps.newId() as NotificationId
  const isNew = await insertNotification(
    tx,
    { id, eventId, userId, kind, channel, status, orderId, ...word(template, variables) },
    now,
  )
  if (!isNew) return undefined
  if (status === 'pending') await tx.enqueue('deliver', { notificationId: id }, { delayMs })
  if (status === 'sent') {
    await tx.publish(notificationSent, id, { notificationId: id, userId, kind, channel })
    deps.logger.info('message sent', { notificationId: id, kind, channel })
  }
  return id
}
