import { InstantSchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { MartCell, MartColumn } from '../shared/mart-query.ts'

/** The rows of a query, and what they come from. */
export const MartResult = Type.Object({
  columns: Type.Array(MartColumn),
  rows: Type.Array(Type.Array(MartCell)),
  isTruncated: Type.Boolean({ description: 'there are more rows than the limit' }),
  sql: Type.String({ description: 'the statement that was run on the star schema' }),
  asOf: Type.Optional({
    ...InstantSchema,
    description: 'every event before this time is included; missing until a run of the pipeline has seen all events',
  }),
  versions: Type.Record(Type.String(), Type.Integer(), { description: 'versions of the Delta tables that were read' }),
})
export type MartResult = Static<typeof MartResult>
