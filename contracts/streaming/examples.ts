import type { Examples } from '@stoa/contract'
import type * as http from './http.ts'

/** Examples of the operations of streaming. */
export const streamingExamples: Examples<typeof http> = {}
