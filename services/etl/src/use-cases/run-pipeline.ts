import type { TaskHandler } from '@stoa/contract'
import type { PipelineName, RunId, StepResult } from '@stoa/contracts/etl/resources'
import { etl, type EtlService } from '@stoa/contracts/etl/service'
import { isAppError } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { pipelines } from '../pipelines/all.ts'
import { isStarCurrent } from '../star/build-star.ts'
import { countStaged } from '../store/staged-events.ts'
import { beginRuns, noteRuns, queueRun } from '../store/runs.ts'

const mostAttempts = etl.tasks['run-pipeline'].attempts

/** Runs the steps of a pipeline for everything that is queued; only one run of a pipeline at a time is under way. */
export const runPipelineTask =
  (deps: Deps): TaskHandler<EtlService, 'run-pipeline'> =>
  async ({ payload: { pipeline }, attempt, commit }) => {
    const { clock, database } = deps
    const beganAtMs = clock.now().epochMilliseconds
    const ids = await database.transaction((tx) => beginRuns(tx, pipeline, clock.now()))
    if (ids.length === 0) return
    // What was in the log when the run was asked for belongs to it; what cannot be read in time is for the next one.
    const { isCaughtUp } = await deps.caughtUp({ groups: ['etl.events'], timeoutMs: 10_000 })
    const asOfMs = isCaughtUp ? beganAtMs : undefined
    const steps: StepResult[] = []
    try {
      for (const step of pipelines[pipeline].steps) {
        steps.push(await step.run({ ...deps, asOfMs, nowMs: () => clock.now().epochMilliseconds }))
      }
    } catch (error) {
      await noteFailure(deps, ids, { steps, error, isLast: attempt >= mostAttempts })
      if (isAppError(error) && !error.retryable) return
      throw error
    }
    await commit((tx) => noteRuns(tx, ids, { state: 'succeeded', steps, at: clock.now() }))
  }

async function noteFailure(
  { clock, database, logger }: Deps,
  ids: readonly RunId[],
  {
    steps,
    error,
    isLast,
  }: { readonly steps: readonly StepResult[]; readonly error: unknown; readonly isLast: boolean },
): Promise<void> {
  const isFinal = isLast || (isAppError(error) && !error.retryable)
  // DuckDB adds its stack to some messages.
  const [text = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  if (isFinal) logger.error('a run of a pipeline failed', { error })
  await database.transaction((tx) =>
    noteRuns(tx, ids, { state: isFinal ? 'failed' : 'running', steps, error: text.slice(0, 1_000), at: clock.now() }),
  )
}

/** Queues the run of a pipeline, if there is anything to do: an idle shop has no runs. */
function schedule(deps: Deps, pipeline: PipelineName) {
  return async ({ commit }: Parameters<TaskHandler<EtlService, 'schedule-events-to-lake'>>[0]): Promise<void> => {
    const { clock, newId } = deps
    if (!(await isDue(deps, pipeline))) return
    await commit(async (tx) => {
      await queueRun(tx, { id: newId() as RunId, pipeline, trigger: 'schedule', createdAt: clock.now() })
      await tx.enqueue('run-pipeline', { pipeline }, { key: pipeline })
    })
  }
}

/** The other pipeline may have moved what the star schema still lacks. */
async function isDue(deps: Deps, pipeline: PipelineName): Promise<boolean> {
  if ((await countStaged(deps.database.read)) > 0) return true
  return pipeline === 'star-schema' && !(await isStarCurrent(deps))
}

export const scheduleEventsToLakeTask = (deps: Deps): TaskHandler<EtlService, 'schedule-events-to-lake'> =>
  schedule(deps, 'events-to-lake')

export const scheduleStarSchemaTask = (deps: Deps): TaskHandler<EtlService, 'schedule-star-schema'> =>
  schedule(deps, 'star-schema')
