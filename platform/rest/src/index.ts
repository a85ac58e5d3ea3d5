export { restClient, type RestOptions } from './rest-client.ts'
export { RestConnectionError, RestProblem } from './errors.ts'
export type { RestAnswer, RestClient, RestContract, RestMethod, RestRequest } from './typed-client.ts'
