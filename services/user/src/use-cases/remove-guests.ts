import type { TaskHandler } from '@stoa/contract'
import type { UserService } from '@stoa/contracts/user/service'
import { noteErased } from '@stoa/service'
import type { Deps } from '../deps.ts'
import { deleteGuest, keepGuests, listOldGuests } from '../store/guests.ts'
import { lockUser } from '../store/users.ts'
import { erase } from './erase-user.ts'

/** So many at once that a run is short; the rest follows with the next run. */
const batch = 250

/**
 * Erases the accounts of guests after their retention, unless an order of theirs is kept: each visit makes one, and anyone
 * can visit. Every service then erases its data, as for any account.
 */
export const removeGuests =
  ({ clock, retention }: Deps): TaskHandler<UserService, 'remove-guests'> =>
  async ({ calls, db, commit }) => {
    const old = await listOldGuests(db, clock.now().subtract({ hours: 24 * retention.guestDays }), batch)
    if (old.length === 0) return
    const { customerIds: kept } = await calls.order.listCustomersWithOrders({ customerIds: old })
    // in one order, so that two runs wait for each other and never deadlock
    const ended = old.filter((id) => !kept.includes(id)).toSorted()
    await commit(async (tx) => {
      for (const id of ended) await noteErased(tx, id)
      const at = clock.now()
      await keepGuests(tx, kept, at)
      for (const id of ended) {
        const guest = await lockUser(tx, id, at)
        if (guest?.status !== 'guest') continue
        await erase(tx, guest, at)
        await deleteGuest(tx, id)
      }
    })
  }
