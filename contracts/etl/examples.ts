import type { Examples } from '@stoa/contract'
import type * as http from './http.ts'

/** Examples of the operations of etl. */
export const etlExamples: Examples<typeof http> = {
  startRun: { params: { name: 'star-schema' } },
}
