export { randomKey } from './request.ts'
export { restClient, type RestOptions } from './rest-client.ts'
export { RestConnectionError, RestProblem } from './errors.ts'
export type { StreamEvent } from './event-stream.ts'
export type {
  RestAnswer,
  RestClient,
  RestContract,
  RestMethod,
  RestRequest,
  StreamMethod,
  StreamRequest,
} from './typed-client.ts'
