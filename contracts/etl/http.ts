import { closed, get, PageQuery, pageSchema, post } from '@stoa/contract'
import { Type } from 'typebox'
import { Pipeline, PipelineName, Run, RunId } from './resources.ts'

const read = { permission: 'pipeline:read', owner: 'none' } as const

/** GET /api/v1/pipelines */
export const listPipelines = get('/api/v1/pipelines', {
  ...read,
  summary: 'List the pipelines with the last run of each',
  answers: { 200: Type.Object({ items: Type.Array(Pipeline) }) },
})

/** GET /api/v1/pipelines/{name}/runs */
export const listRuns = get('/api/v1/pipelines/{name}/runs', {
  ...read,
  params: { name: PipelineName },
  summary: 'List the runs of a pipeline, newest first',
  query: Type.Object({ ...PageQuery }, closed),
  answers: { 200: pageSchema(Run) },
})

/** GET /api/v1/pipelines/{name}/runs/{id} */
export const getRun = get('/api/v1/pipelines/{name}/runs/{id}', {
  ...read,
  params: { name: PipelineName, id: RunId },
  summary: 'Read a run of a pipeline',
  answers: { 200: Run },
  refuses: ['etl.run_not_found'],
})

/** POST /api/v1/pipelines/{name}/runs */
export const startRun = post('/api/v1/pipelines/{name}/runs', {
  params: { name: PipelineName },
  summary: 'Start a run of a pipeline, unless one is queued already; with Prefer: wait the response is its outcome',
  permission: 'pipeline:run',
  audited: true,
  owner: 'none',
  idempotencyKey: 'accepted',
  answers: { 202: Run },
  answersWith: 'getRun',
  settled: (run) => run.state === 'succeeded' || run.state === 'failed',
})
