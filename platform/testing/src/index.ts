export { testDatabase, type TestDatabase, type TestDatabaseOptions } from './database.ts'
