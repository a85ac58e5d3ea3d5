export {
  openDatabase,
  type Database,
  type DatabaseOptions,
  type DatabaseStats,
  type TransactionOptions,
} from './database.ts'
export { isSerializationFailure, isUniqueViolation, sqlState, toRefusal } from './errors.ts'
export { fragment, identifier, joinFragments, type Fragment } from './fragment.ts'
export { advisoryXactLock, advisoryXactLockShared, tryAdvisoryXactLock } from './locks.ts'
export type { DatabaseTelemetry } from './instrumentation.ts'
export type { DatabaseLog } from './log.ts'
export {
  migrate,
  pendingMigrations,
  readMigrations,
  type AppliedMigration,
  type Migration,
  type MigrationSet,
} from './migrate.ts'
export { json } from './parameters.ts'
export { databasePart } from './part.ts'
export type { PoolStats } from './pool.ts'
export { databaseUrl, provision, type LoginRole, type ProvisionedDatabase } from './provision.ts'
export type { Session } from './session.ts'
export {
  afterCommit,
  afterEnd,
  beforeCommit,
  sendLastWithCommit,
  sendWithCommit,
  type TransactionEnding,
} from './transaction.ts'
