import type { TaskHandler } from '@stoa/contract'
import type { NotificationService } from '@stoa/contracts/notification/service'
import type { Deps } from '../deps.ts'
import { deleteOldNotifications } from '../store/notifications.ts'
import { deleteOldMails } from '../store/unverified-mails.ts'

/** So many at once that a run is short; the rest follows with the next run. */
const batch = 10_000

/** Deletes the messages and the files of e-mails that have outlived their retention, and the mails that no longer count. */
export const removeOld =
  ({ clock, mailFolder, retention }: Deps): TaskHandler<NotificationService, 'remove-old'> =>
  async ({ commit }) => {
    const before = (days: number) => clock.now().subtract({ hours: 24 * days })
    await mailFolder?.removeBefore(before(retention.mailFolderDays))
    await commit(async (tx) => {
      await deleteOldNotifications(tx, before(retention.notificationDays), batch)
      await deleteOldMails(tx, clock.now())
    })
  }
