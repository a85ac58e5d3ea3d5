export { flagsMigrations } from './last-known.ts'
export { runFlags, type FlagsOptions, type RunningFlags } from './flags-part.ts'
