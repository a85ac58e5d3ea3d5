import type { MountHandler } from '@stoa/contract'
import type { Deps } from '../deps.ts'
import { decodeLogsProtobuf } from '../otlp/decode-logs-protobuf.ts'
import type { OtlpLogsRequest } from '../otlp/otlp-request.ts'
import { readLogRecords } from '../otlp/read-log-records.ts'
import { receiveExports } from '../otlp/receive-exports.ts'
import { acceptedPeriod } from '../store/prune.ts'

/** Receives log records over OTLP/HTTP; what does not fit is counted as rejected. */
export const receiveLogRecords = ({ clock, logRetention, logBuffer, otlpToken: token }: Deps): MountHandler =>
  receiveExports<OtlpLogsRequest>({
    path: '/v1/logs',
    token,
    rejectedField: 'rejectedLogRecords',
    decodeProtobuf: decodeLogsProtobuf,
    accept(request, bodyBytes) {
      const now = clock.now()
      const period = acceptedPeriod(logRetention, now)
      const { records, rejected, reason = '' } = readLogRecords(request, period, now.epochMilliseconds)
      if (records.length === 0 || logBuffer.add(records, bodyBytes)) return { rejected, reason }
      return { rejected: rejected + records.length, reason: 'more log records arrive than can be stored' }
    },
  })
