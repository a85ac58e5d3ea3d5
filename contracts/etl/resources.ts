import { idSchema, InstantSchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'

/** The built-in pipelines. */
export const PipelineName = Type.Enum(['events-to-lake', 'star-schema'], { description: 'name of pipeline' })
export type PipelineName = Static<typeof PipelineName>

/** The id of a run of a pipeline. */
export const RunId = idSchema('run')
export type RunId = Static<typeof RunId>

/** The state of a run; the last two are final. */
export const RunState = Type.Enum(['queued', 'running', 'succeeded', 'failed'])
export type RunState = Static<typeof RunState>

/** What a step of a run has done. */
export const StepResult = Type.Object({
  name: Type.String(),
  rowsRead: Type.Integer({ minimum: 0 }),
  rowsWritten: Type.Integer({ minimum: 0 }),
  skipped: Type.Optional(Type.Boolean({ description: 'nothing had changed since the last run' })),
  versions: Type.Record(Type.String(), Type.Integer(), {
    description: 'versions of the Delta tables after the step, by the name of the table',
  }),
})
export type StepResult = Static<typeof StepResult>

/** One run of a pipeline. */
export const Run = Type.Object({
  id: RunId,
  pipeline: PipelineName,
  state: RunState,
  trigger: Type.Enum(['schedule', 'request']),
  attempts: Type.Integer({ minimum: 0 }),
  createdAt: InstantSchema,
  startedAt: Type.Optional(InstantSchema),
  endedAt: Type.Optional(InstantSchema),
  steps: Type.Array(StepResult),
  error: Type.Optional(Type.String({ description: 'why the last attempt failed' })),
})
export type Run = Static<typeof Run>

/** A pipeline with its last run. */
export const Pipeline = Type.Object({
  name: PipelineName,
  summary: Type.String(),
  steps: Type.Array(Type.String()),
  everySeconds: Type.Integer({ description: 'how often it runs by itself, if there is anything to do' }),
  waitingEvents: Type.Integer({ minimum: 0, description: 'events that are not in the lake yet' }),
  lastRun: Type.Optional(Run),
})
export type Pipeline = Static<typeof Pipeline>
