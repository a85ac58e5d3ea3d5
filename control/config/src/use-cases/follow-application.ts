import type { Handler, StreamHandler, TaskHandler } from '@stoa/contract'
import type { ConfigService } from '@stoa/contracts/config/service'
import type { Deps } from '../deps.ts'
import { stateOf } from '../served-flags.ts'
import { addEvaluations, pruneEvaluations } from '../store/evaluations.ts'
import { readConfiguration } from '../store/configurations.ts'
import { serviceOf } from './create-flag.ts'

/** Streams the rules of the flags that a service declares or once declared, and its values. All followers share one small query a second. */
export const followApplication = (deps: Deps): StreamHandler<ConfigService, 'followApplication'> =>
  async function* ({ caller, db, follow }) {
    const service = serviceOf(caller)
    let sent: string | undefined
    let read: number | undefined
    for await (const { revision, flags } of follow('flags', () => deps.servedFlags.current(db))) {
      // also those that only an earlier release declares, whose processes may still run
      const own = flags.filter(({ usedBy }) => usedBy.has(service))
      const states = Object.fromEntries(own.map(({ flag }) => [flag.key, stateOf(flag)]))
      if (revision === read) continue
      read = revision
      const { values: settings } = await readConfiguration(db, service, deps.served)
      const text = JSON.stringify([states, settings])
      if (text === sent) continue
      sent = text
      yield { event: 'snapshot', data: { revision, flags: states, settings } }
    }
  }

export const recordEvaluations: Handler<ConfigService, 'recordEvaluations'> = async ({ body: { items }, commit }) =>
  commit(async (tx) => {
    await addEvaluations(tx, items)
    return { status: 204 }
  })

/** Longer than the longest period of the report of stale flags. */
const keptHours = 24 * 400

export const pruneEvaluationsTask =
  ({ clock }: Deps): TaskHandler<ConfigService, 'prune-evaluations'> =>
  async ({ commit }) =>
    commit((tx) => pruneEvaluations(tx, clock.now().subtract({ hours: keptHours })))
