import type { TaskHandler } from '@stoa/contract'
import type { MonitoringService } from '@stoa/contracts/monitoring/service'
import type { Deps } from '../deps.ts'
import { deleteResolved } from '../store/alerts.ts'
import { deleteEnded } from '../store/silences.ts'
import { deleteOldRequests } from '../store/request-hours.ts'
import { deleteOldUptime } from '../store/uptime.ts'

const uptimeDays = 400
const uptimeHours = 31 * 24

/** Deletes alerts, silences, and what is counted by hour and by day, after their retention. */
export const removeOldAlerts =
  ({ database, clock, alertRetentionDays }: Deps): TaskHandler<MonitoringService, 'remove-old-alerts'> =>
  async () => {
    const before = clock.now().subtract({ hours: alertRetentionDays * 24 })
    while ((await database.transaction((tx) => deleteResolved(tx, before))) > 0);
    await database.transaction((tx) => deleteEnded(tx, before))
    const now = clock.now()
    const old = { day: now.subtract({ hours: uptimeDays * 24 }), hour: now.subtract({ hours: uptimeHours }) }
    await database.transaction((tx) => deleteOldUptime(tx, old))
    await database.transaction((tx) => deleteOldRequests(tx, old.hour))
  }
