import { errors } from '@stoa/contract'

/** The errors that etl returns. */
export const etlErrors = errors({
  'etl.run_not_found': {
    kind: 'not_found',
    title: 'No such run',
    why: 'The pipeline has no run with this id, or it was removed after its retention.',
    fix: 'List the runs of the pipeline.',
  },
  'etl.lake_behind': {
    kind: 'conflict',
    title: 'The lake lacks events',
    why: 'The folder of the lake is missing or older than the database of etl: events that the database has handed over are not in it.',
    fix: 'Restore the folder from the backup of that time, or delete the data of etl with "stoa reset etl --yes" to read the events again.',
  },
})
