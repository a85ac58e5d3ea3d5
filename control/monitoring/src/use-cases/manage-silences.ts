import type { Handler } from '@stoa/contract'
import type { SilenceId } from '@stoa/contracts/monitoring/alert-resources'
import type { MonitoringService } from '@stoa/contracts/monitoring/service'
import { readPageById } from '@stoa/service'
import { problemsOf } from '../alerting/silenced-until.ts'
import type { Deps } from '../deps.ts'
import * as store from '../store/silences.ts'

const noSilence = {
  code: 'monitoring.silence_not_found',
  detail: 'There is no silence with this id.',
} as const

export const listSilences =
  ({ clock }: Deps): Handler<MonitoringService, 'listSilences'> =>
  async ({ query, db }) => {
    const now = clock.now()
    const body = await readPageById(query, (after, limit) => store.listSilences(db, now, after, limit))
    return { status: 200, body }
  }

export const getSilence: Handler<MonitoringService, 'getSilence'> = async ({ params: { id }, db, refuse }) => {
  const silence = await store.findSilence(db, id)
  return silence === undefined ? refuse(noSilence) : { status: 200, body: silence }
}

export const createSilence =
  ({ clock, newId }: Deps): Handler<MonitoringService, 'createSilence'> =>
  async ({ body: { matchers, comment, minutes }, caller, refuse, commit }) => {
    const fields = problemsOf(matchers).map(({ at, detail }) => ({
      pointer: at === undefined ? '/matchers' : `/matchers/${at}/value`,
      detail,
    }))
    if (fields.length > 0) return refuse('monitoring.silence_invalid', 'The silence is not valid.', { fields })
    const id = newId() as SilenceId
    const now = clock.now()
    const silence = {
      id,
      matchers,
      comment,
      createdBy: caller.subject,
      createdAt: now.toString(),
      endsAt: now.add({ minutes }).toString(),
    }
    return commit(async (tx) => {
      const isStored = await store.insertSilence(tx, silence, now)
      if (isStored) return { status: 201, id }
      return refuse('monitoring.too_many_silences', `${store.mostSilences} silences are in force.`)
    })
  }

export const endSilence =
  ({ clock }: Deps): Handler<MonitoringService, 'endSilence'> =>
  async ({ params: { id }, refuse, commit }) =>
    commit(async (tx) => {
      if (!(await store.endSilence(tx, id, clock.now()))) return refuse(noSilence)
      return { status: 200, id }
    })
