import { StructSchema, type Struct } from '@bufbuild/protobuf/wkt'
import { Code, ConnectError } from '@connectrpc/connect'
import { AppError, type ErrorKind, type FieldError, platformError } from '@stoa/kernel'

const codes: Record<ErrorKind, Code> = {
  malformed: Code.InvalidArgument,
  invalid: Code.InvalidArgument,
  too_large: Code.InvalidArgument,
  unsupported: Code.Unimplemented,
  unauthenticated: Code.Unauthenticated,
  forbidden: Code.PermissionDenied,
  not_found: Code.NotFound,
  conflict: Code.FailedPrecondition,
  stale: Code.FailedPrecondition,
  precondition_required: Code.FailedPrecondition,
  rate_limited: Code.ResourceExhausted,
  unavailable: Code.Unavailable,
  timeout: Code.DeadlineExceeded,
  failed: Code.Internal,
}

interface RefusalDetail {
  readonly code: string
  readonly kind: ErrorKind
  readonly fields: readonly FieldError[]
  readonly retryAfterSeconds?: number
}

/**
 * Returns the gRPC status of an error, with its code and fields in a `google.protobuf.Struct` detail. A request that is
 * in progress with the same key is reported as UNAVAILABLE, so that the caller retries.
 */
export function toConnectError(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error
  if (!(error instanceof AppError)) return new ConnectError('An unexpected error occurred.', Code.Internal)
  const isUnderWay = error.code === 'idempotency.in_progress'
  const kind = isUnderWay ? 'unavailable' : error.kind
  const detail: RefusalDetail = {
    code: error.code,
    kind,
    fields: error.fields,
    ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
  }
  return new ConnectError(
    error.message,
    codes[kind],
    undefined,
    [{ desc: StructSchema, value: detailStruct(detail) }],
    error,
  )
}

function detailStruct(detail: RefusalDetail) {
  const text = (value: string) => ({ kind: { case: 'stringValue' as const, value } })
  const fields: Record<string, { kind: { case: 'stringValue'; value: string } }> = {
    code: text(detail.code),
    kind: text(detail.kind),
    fields: text(JSON.stringify(detail.fields)),
  }
  if (detail.retryAfterSeconds !== undefined) fields['retryAfterSeconds'] = text(String(detail.retryAfterSeconds))
  return { fields }
}

/** Restores the `AppError` of a callee from its response; an error without details is converted by its status. */
export function fromConnectError(error: unknown, callee: string): AppError {
  const connectError = ConnectError.from(error)
  const [struct] = connectError.findDetails(StructSchema)
  const detail = struct === undefined ? undefined : readDetail(struct)
  if (detail !== undefined) {
    return new AppError(detail.kind, detail.code, connectError.rawMessage, {
      fields: detail.fields,
      cause: error,
      ...(detail.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: detail.retryAfterSeconds }),
    })
  }
  return withoutDetail(connectError, callee)
}

function withoutDetail(error: ConnectError, callee: string): AppError {
  switch (error.code) {
    case Code.DeadlineExceeded:
    case Code.Canceled:
      return platformError('request.deadline_exceeded', `${callee} did not respond in time`, { cause: error })
    case Code.Unauthenticated:
      return platformError('auth.token_invalid', `${callee} did not accept the token`, {
        cause: error,
      })
    case Code.Internal:
    case Code.Unknown:
      // A bug of the callee may be temporary: the outcome is unknown, and retrying with the same key is safe.
      return platformError('service.unavailable', `${callee} failed unexpectedly`, { cause: error })
    default:
      return platformError('service.unavailable', `${callee} cannot be reached`, { cause: error })
  }
}

function readDetail(struct: Struct): RefusalDetail | undefined {
  const read = (name: string) => {
    const kind = struct.fields[name]?.kind
    return kind?.case === 'stringValue' ? kind.value : undefined
  }
  const code = read('code')
  const kind = read('kind')
  if (code === undefined || kind === undefined || !(kind in codes)) return undefined
  const after = read('retryAfterSeconds')
  return {
    code,
    kind: kind as ErrorKind,
    fields: JSON.parse(read('fields') ?? '[]') as readonly FieldError[],
    ...(after === undefined ? {} : { retryAfterSeconds: Number(after) }),
  }
}
