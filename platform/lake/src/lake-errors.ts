import { catalogueError, errors, type AppError, type AppErrorOptions } from '@stoa/kernel'

/** The errors of tables and queries, which a service turns into its own. */
const lakeErrors = errors({
  'lake.conflict': { kind: 'conflict', title: 'Another writer has changed the table' },
  'lake.damaged': { kind: 'failed', title: 'The log of the table is damaged' },
  'lake.too_long': { kind: 'timeout', title: 'The query took too long' },
  'lake.too_large': { kind: 'too_large', title: 'The query needs more memory than it may use' },
  'lake.busy': { kind: 'unavailable', title: 'Too many queries at once' },
})

/** Creates the error of a code of this catalogue, with the kind that it declares. */
export function lakeError(code: keyof typeof lakeErrors, detail: string, options: AppErrorOptions = {}): AppError {
  return catalogueError(lakeErrors, code, detail, options)
}
