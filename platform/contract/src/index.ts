export type { AuditFacts, AuditOutcome } from './audit.ts'
export { AuditedAction, AuditFilter, AuditQuery } from './audit-trail.ts'
export { app, appHeader, AppSession, appSessionPaths, AppSignedOut, type App } from './apps.ts'
export { consumedEvents, groupOf, groupsOf, type BatchConsumer, type BatchPart, type BatchType } from './batches.ts'
export {
  download,
  mediaTypesOfBlob,
  upload,
  uploadMediaTypes,
  type BlobBody,
  type BlobRef,
  type BlobSchema,
  type BlobShelf,
  type Download,
  type Upload,
  type UploadBody,
  type UploadMediaType,
} from './blobs.ts'
export { bodyLimitOf, MAX_BODY_BYTES } from './body-limit.ts'
// Not by the index of the kernel, which imports node:crypto: browsers load contracts too.
export { errors, type ErrorCatalogue, type ErrorDescription } from '@stoa/kernel/error-catalogue'
export { catalogueError, platformErrors, type PlatformErrorCode } from '@stoa/kernel/platform-errors'
export {
  erasureEvent,
  event,
  isErasure,
  type ErasureEvent,
  type EventData,
  type EventType,
  type ReceivedEvent,
} from './events.ts'
export type {
  Answer,
  Bindings,
  Caller,
  Committed,
  Consumer,
  Handler,
  PersonalData,
  Refused,
  RpcHandler,
  TaskHandler,
  Tx,
} from './handlers.ts'
export type { OpenSocket, SocketHandler, StreamHandler } from './open-handlers.ts'
export type { AnyExample, Examples, OperationExample } from './examples.ts'
export {
  booleanFlag,
  numberFlag,
  objectFlag,
  stringFlag,
  type FlagContext,
  type Flags,
  type FlagType,
  type FlagTypes,
  type FlagValue,
} from './flags.ts'
export { callerId, type Graph, type GraphRead, type GraphStream } from './graph.ts'
export type { ReadHandle, Sql, WriteHandle } from './handles.ts'
export type { MountHandler } from './mount-handler.ts'
export { mount, type Mount, type MountedEndpoint } from './mounts.ts'
export { largestJsonBytes } from './json-size.ts'
export { file, mediaTypeOfFile, type FileBody, type FileSchema } from './files.ts'
export { JsonText } from './json-text.ts'
export {
  get,
  isInternalPath,
  patch,
  post,
  put,
  remove,
  stream,
  type AnswerBody,
  type Answers,
  type Effect,
  type Method,
  type Operation,
  type PathParams,
  type PathSchemas,
  type Permission,
  type Settlement,
  type Stream,
} from './operations.ts'
export { deprecationFaults, type Deprecation } from './deprecation.ts'
export { parameterIn, parsePathSegment, type PathSegment } from './path-segments.ts'
export { committed, isRefused, refusedError, refusedKeep, refuseFrom, type RefuseAtRunTime } from './outcomes.ts'
export {
  act,
  Changed,
  inspect,
  OperatingLimit,
  rowIdOf,
  SearchText,
  serveEndpoints,
  type OperatingAnswer,
  type OperatingEndpoint,
  type OperatingHandlers,
  type OperatingRequest,
} from './operating.ts'
export type { Principal } from './principal.ts'
export type { Refusal, RefusalCode, RpcRefusal, RpcRefusalCode } from './refusals.ts'
export {
  pick,
  rpc,
  type CallOptions,
  type Calls,
  type Picked,
  type Rpc,
  type RpcAnswer,
  type RpcInput,
  type RpcMethod,
} from './rpc.ts'
export type { EntryContext, Fail, Json, SagaDefinition, StepContext, StepDefinition } from './saga.ts'
export { countryCodes, countryRule, CountrySchema } from './country.ts'
export {
  AmountSchema,
  CurrencySchema,
  closed,
  closedRecord,
  cursorRule,
  defaultPageSize,
  idSchema,
  InstantSchema,
  instantRule,
  parseInstant,
  MAX_MINOR_UNITS,
  MinorUnitsSchema,
  MoneySchema,
  PageQuery,
  pageSchema,
  type Page,
  type ValueOf,
} from './schemas.ts'
export { withoutLeftOut, withoutModule, type Module } from './modules.ts'
export { keyText, nameText, noteText, opaqueText, textDetail, withPortablePatterns } from './texts.ts'
export {
  socket,
  socketCloseCodes,
  socketErrorMessage,
  socketProtocol,
  socketTicketPrefix,
  type MessageOf,
  type Messages,
  type Socket,
} from './sockets.ts'
export {
  describeService,
  type Consumed,
  type Published,
  type Route,
  type FailureCode,
  type SagaInput,
  type SagaSignals,
  type SagaType,
  type Scaling,
  type Service,
  type ServiceLevel,
  type TaskPayload,
  type TaskType,
} from './service.ts'
