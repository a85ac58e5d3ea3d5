export { testDatabase, type TestDatabase, type TestDatabaseOptions } from './database.ts'
export { eventually } from './eventually.ts'
export { connectSocket, type TestSocket } from './connect-socket.ts'
export { freePort } from './free-port.ts'
export type { TaskOutcome } from './run-task.ts'
export {
  startTestService,
  type AsJson,
  type TestAnswer,
  type TestRequest,
  type TestService,
  type TestServiceOptions,
} from './start-test-service.ts'
export { hasRabbit, startRabbitServer, type RabbitServer } from './rabbit-server.ts'
export { hasS3Server, startS3Server, type S3Server } from './s3-server.ts'
export { MissingStub, type Stubs } from './stubs.ts'
export { asCaller, staticIdentity, type LocalCaller } from '@stoa/local'
