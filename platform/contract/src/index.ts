export type { ReadHandle, Sql, WriteHandle } from './handles.ts'
