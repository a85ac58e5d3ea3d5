import type { MountHandler } from '@stoa/contract'
import type { Deps } from '../deps.ts'
import { decodeProtobuf } from '../otlp/decode-protobuf.ts'
import type { OtlpRequest } from '../otlp/otlp-request.ts'
import { readSpans } from '../otlp/read-spans.ts'
import { receiveExports } from '../otlp/receive-exports.ts'
import { acceptedPeriod } from '../store/prune.ts'

/** Receives spans over OTLP/HTTP; what does not fit is counted as rejected. */
export const receiveSpans = ({ clock, retention, spanBuffer, otlpToken: token }: Deps): MountHandler =>
  receiveExports<OtlpRequest>({
    path: '/v1/traces',
    token,
    rejectedField: 'rejectedSpans',
    decodeProtobuf,
    accept(request, bodyBytes) {
      const { spans, rejected, reason = '' } = readSpans(request, acceptedPeriod(retention, clock.now()))
      if (spans.length === 0 || spanBuffer.add(spans, bodyBytes)) return { rejected, reason }
      return { rejected: rejected + spans.length, reason: 'more spans arrive than can be stored' }
    },
  })
