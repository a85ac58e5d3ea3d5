export { testDatabase, type TestDatabase, type TestDatabaseOptions } from './database.ts'
export { eventually } from './eventually.ts'
export {
  startTestService,
  type TestAnswer,
  type TestRequest,
  type TestService,
  type TestServiceOptions,
} from './start-test-service.ts'
export { asCaller, testIdentity, type TestCaller } from './test-identity.ts'
