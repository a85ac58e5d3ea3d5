import { BinaryWriter } from '@bufbuild/protobuf/wire'

/** The encodings of OTLP over HTTP. */
export type OtlpMediaType = 'application/json' | 'application/x-protobuf'

/** What a response calls the number of what was rejected; protobuf has the same field number for all. */
export type RejectedField = 'rejectedSpans' | 'rejectedLogRecords'

/** Encodes the response to an export, with a partial success if something was rejected. */
export function encodeAnswer(type: OtlpMediaType, field: RejectedField, rejected: number, reason: string): Buffer {
  if (type === 'application/json') {
    const partial = rejected === 0 ? {} : { partialSuccess: { [field]: String(rejected), errorMessage: reason } }
    return Buffer.from(JSON.stringify(partial))
  }
  if (rejected === 0) return Buffer.alloc(0)
  const writer = new BinaryWriter().tag(1, 2).fork().tag(1, 0).int64(rejected).tag(2, 2).string(reason).join()
  return Buffer.from(writer.finish())
}

/** Encodes the google.rpc.Status of a refused request. */
export function encodeFailure(type: OtlpMediaType, message: string): Buffer {
  if (type === 'application/json') return Buffer.from(JSON.stringify({ message }))
  return Buffer.from(new BinaryWriter().tag(2, 2).string(message).finish())
}
