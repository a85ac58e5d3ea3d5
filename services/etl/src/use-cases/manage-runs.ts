import type { Handler } from '@stoa/contract'
import type { RunId } from '@stoa/contracts/etl/resources'
import type { EtlService } from '@stoa/contracts/etl/service'
import { readPageById } from '@stoa/service'
import type { Deps } from '../deps.ts'
import { pipelines } from '../pipelines/all.ts'
import { findRun, listRunsOf, queueRun } from '../store/runs.ts'
import { countStaged } from '../store/staged-events.ts'

export const listPipelines: Handler<EtlService, 'listPipelines'> = async ({ db }) => {
  const waitingEvents = await countStaged(db)
  const items = await Promise.all(
    Object.values(pipelines).map(async ({ name, summary, steps, everySeconds }) => {
      const [lastRun] = await listRunsOf(db, name, { beforeId: undefined, limit: 1 })
      return {
        name,
        summary,
        steps: steps.map((step) => step.name),
        everySeconds,
        waitingEvents,
        ...(lastRun === undefined ? {} : { lastRun }),
      }
    }),
  )
  return { status: 200, body: { items } }
}

export const listRuns: Handler<EtlService, 'listRuns'> = async ({ params: { name }, query, db }) => {
  const read = (beforeId: string | undefined, limit: number) => listRunsOf(db, name, { beforeId, limit })
  return { status: 200, body: await readPageById(query, read) }
}

export const getRun: Handler<EtlService, 'getRun'> = async ({ params: { name, id }, db, refuse }) => {
  const run = await findRun(db, name, id)
  if (run === undefined) return refuse('etl.run_not_found', `The pipeline ${name} has no run ${id}.`)
  return { status: 200, body: run }
}

/** A run that is queued already has everything before it; it is the answer, so requests cannot pile up. */
export const startRun =
  ({ clock, newId }: Deps): Handler<EtlService, 'startRun'> =>
  async ({ params: { name: pipeline }, commit }) =>
    commit(async (tx) => {
      const id = await queueRun(tx, { id: newId() as RunId, pipeline, trigger: 'request', createdAt: clock.now() })
      await tx.enqueue('run-pipeline', { pipeline }, { key: pipeline })
      return { status: 202, id }
    })
