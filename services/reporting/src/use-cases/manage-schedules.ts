import type { Calls, Handler } from '@stoa/contract'
import type { ScheduleId, ScheduleRequest } from '@stoa/contracts/reporting/resources'
import type { ReportingService } from '@stoa/contracts/reporting/service'
import type { UserId } from '@stoa/contracts/shared/ids'
import { readPageById, requireVersion } from '@stoa/service'
import type { Deps } from '../deps.ts'
import { nextDue, parseCron } from '../domain/cron.ts'
import { findInvalidSchedule, type InvalidSchedule } from '../domain/schedule.ts'
import * as store from '../store/schedules.ts'
import { findReaders } from './may-read.ts'

function noSchedule(id: string) {
  return { code: 'reporting.schedule_not_found', detail: `There is no schedule ${id}.` } as const
}

const mostSchedules = 1_000

export const createSchedule =
  ({ clock, newId }: Deps): Handler<ReportingService, 'createSchedule'> =>
  async ({ body, caller, calls, refuse, commit }) => {
    const invalid = findInvalidSchedule(body, clock.now()) ?? (await findInvalidRecipient(calls, body))
    if (invalid !== undefined) return refuse(invalid.code, invalid.detail)
    return commit(async (tx) => {
      if ((await store.countSchedules(tx)) >= mostSchedules)
        return refuse('reporting.too_many_schedules', `There are ${mostSchedules} schedules.`)
      const id = newId() as ScheduleId
      await store.insertSchedule(tx, id, textOf(body, caller.subject as UserId, clock.now()))
      return { status: 201, id }
    })
  }

export const replaceSchedule =
  ({ clock }: Deps): Handler<ReportingService, 'replaceSchedule'> =>
  async ({ params: { id }, body, caller, calls, expectedVersion, refuse, commit }) => {
    const invalid = findInvalidSchedule(body, clock.now()) ?? (await findInvalidRecipient(calls, body))
    if (invalid !== undefined) return refuse(invalid.code, invalid.detail)
    return commit(async (tx) => {
      const schedule = await store.lockSchedule(tx, id)
      if (schedule === undefined) return refuse(noSchedule(id))
      requireVersion(expectedVersion, schedule, 'schedule')
      await store.updateSchedule(tx, id, textOf(body, caller.subject as UserId, clock.now()))
      return { status: 200, id }
    })
  }

/** The title of a schedule is in its messages: they are not for sending words to any account. */
async function findInvalidRecipient(
  calls: Calls<ReportingService['calls']>,
  { recipients = [] }: ScheduleRequest,
): Promise<InvalidSchedule | undefined> {
  const readers = await findReaders(calls, recipients)
  const other = recipients.find((userId) => !readers.includes(userId))
  if (other === undefined) return undefined
  return {
    code: 'reporting.schedule_invalid',
    detail: `The recipient ${other} is not an account that may read reports.`,
  }
}

export const deleteSchedule: Handler<ReportingService, 'deleteSchedule'> = async ({
  params: { id },
  expectedVersion,
  refuse,
  commit,
}) =>
  commit(async (tx) => {
    const schedule = await store.lockSchedule(tx, id)
    if (schedule === undefined) return refuse(noSchedule(id))
    requireVersion(expectedVersion, schedule, 'schedule')
    await store.deleteSchedule(tx, id)
    return { status: 204 }
  })

export const getSchedule: Handler<ReportingService, 'getSchedule'> = async ({ params: { id }, db, refuse }) => {
  const schedule = await store.findSchedule(db, id)
  if (schedule === undefined) return refuse(noSchedule(id))
  return { status: 200, body: schedule.resource, version: schedule.version }
}

export const listSchedules: Handler<ReportingService, 'listSchedules'> = async ({ query, db }) => ({
  status: 200,
  body: await readPageById(query, (beforeId, limit) => store.listSchedulesBefore(db, beforeId, limit)),
})

const shownRuns = 100

export const listScheduleRuns: Handler<ReportingService, 'listScheduleRuns'> = async ({
  params: { id },
  db,
  refuse,
}) => {
  if ((await store.findSchedule(db, id)) === undefined) return refuse(noSchedule(id))
  return { status: 200, body: { items: await store.listRuns(db, id, shownRuns) } }
}

function textOf(
  { recipients = [], isActive = true, formats = ['pdf', 'xlsx', 'csv'], language = 'en', ...content }: ScheduleRequest,
  ownerId: UserId,
  at: Temporal.Instant,
): store.ScheduleText {
  const nextAt = isActive ? nextDue(parseCron(content.cron), content.timeZone, at) : undefined
  return { content: { ...content, formats, language }, recipients, ownerId, nextAt, at }
}
