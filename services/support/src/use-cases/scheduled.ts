import type { TaskHandler } from '@stoa/contract'
import type { SupportService } from '@stoa/contracts/support/service'
import type { Deps } from '../deps.ts'
import { noteBreaches } from '../domain/sla.ts'
import { deleteClosedConversations, lockSilentConversations, updateConversation } from '../store/conversations.ts'
import { deleteLapsedPresence } from '../store/presence.ts'
import { deleteClosedTickets } from '../store/retention.ts'
import { lockOverdueTickets, lockResolvedTickets, lockSilentTickets, updateTicket } from '../store/tickets.ts'
import { changeTicket, publishBreaches, publishStatus } from './change-ticket.ts'

/** So many at once that a run is short; the rest follows with the next run. */
const batch = 200

/** Notes and publishes the goals that were missed since the last run. The note in the same transaction makes it once for each. */
export const reportBreaches =
  ({ clock }: Deps): TaskHandler<SupportService, 'report-breaches'> =>
  async ({ commit }) =>
    commit(async (tx) => {
      const now = clock.now()
      for (const ticket of await lockOverdueTickets(tx, now, batch)) {
        const { sla, breaches } = noteBreaches(ticket.sla, now)
        await updateTicket(tx, { ...ticket, sla })
        await publishBreaches(tx, ticket, breaches)
      }
    })

/** Resolves the tickets whose customers have not replied for long, and closes those that were not reopened in time. */
export const closeResolved =
  (deps: Deps): TaskHandler<SupportService, 'close-resolved'> =>
  async ({ commit }) =>
    commit(async (tx) => {
      const { silenceMs, reopenMs } = deps.limits
      const now = deps.clock.now()
      for (const ticket of await lockSilentTickets(tx, now.subtract({ milliseconds: silenceMs }), batch)) {
        await publishStatus(tx, await changeTicket(deps, tx, ticket, { status: 'resolved' }))
      }
      for (const conversation of await lockSilentConversations(tx, now.subtract({ milliseconds: silenceMs }), batch)) {
        await updateConversation(tx, conversation, { isClosed: true }, now)
        tx.announce(conversation.id)
      }
      const until = now.subtract({ milliseconds: reopenMs })
      for (const ticket of await lockResolvedTickets(tx, until, batch)) {
        await publishStatus(tx, await changeTicket(deps, tx, ticket, { status: 'closed' }))
      }
    })

/** Deletes the tickets and conversations that have outlived their retention. */
export const removeOld =
  ({ clock, database, limits }: Deps): TaskHandler<SupportService, 'remove-old'> =>
  async () => {
    const before = clock.now().subtract({ hours: 24 * limits.retentionDays })
    const deleteSome = () => database.transaction((tx) => deleteClosedTickets(tx, before, batch))
    while ((await deleteSome()) === batch);
    const deleteChats = () => database.transaction((tx) => deleteClosedConversations(tx, before, batch))
    while ((await deleteChats()) === batch);
    await database.transaction((tx) => deleteLapsedPresence(tx, clock.now()))
  }
