/** A value of an attribute in JSON of OTLP: exactly one field is set. */
export interface AnyValue {
  readonly stringValue?: string
  readonly boolValue?: boolean
  /** A string, as protobuf writes 64 bits in JSON, or a number. */
  readonly intValue?: string | number
  readonly doubleValue?: number | string
  readonly bytesValue?: string
  readonly arrayValue?: { readonly values?: readonly AnyValue[] }
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] }
}

export interface KeyValue {
  readonly key?: string
  readonly value?: AnyValue
}

export interface OtlpEvent {
  readonly timeUnixNano?: string | number
  readonly name?: string
  readonly attributes?: readonly KeyValue[]
}

export interface OtlpSpan {
  readonly traceId?: string
  readonly spanId?: string
  readonly parentSpanId?: string
  readonly name?: string
  readonly kind?: number | string
  readonly startTimeUnixNano?: string | number
  readonly endTimeUnixNano?: string | number
  readonly attributes?: readonly KeyValue[]
  readonly events?: readonly OtlpEvent[]
  readonly links?: readonly { readonly traceId?: string; readonly spanId?: string }[]
  readonly status?: { readonly code?: number | string; readonly message?: string }
}

export interface ScopeSpans {
  readonly scope?: { readonly name?: string }
  readonly spans?: readonly OtlpSpan[]
}

export interface ResourceSpans {
  readonly resource?: { readonly attributes?: readonly KeyValue[] }
  readonly scopeSpans?: readonly ScopeSpans[]
}

/**
 * An ExportTraceServiceRequest of opentelemetry-proto 1.x, as its JSON has it. What a sender wrote is not trusted: any field may be
 * missing or of another type.
 */
export interface OtlpRequest {
  readonly resourceSpans?: readonly ResourceSpans[]
}

export interface OtlpLogRecord {
  readonly timeUnixNano?: string | number
  readonly observedTimeUnixNano?: string | number
  readonly severityNumber?: number | string
  readonly severityText?: string
  readonly body?: AnyValue
  readonly attributes?: readonly KeyValue[]
  readonly traceId?: string
  readonly spanId?: string
}

export interface ScopeLogs {
  readonly scope?: { readonly name?: string }
  readonly logRecords?: readonly OtlpLogRecord[]
}

export interface ResourceLogs {
  readonly resource?: { readonly attributes?: readonly KeyValue[] }
  readonly scopeLogs?: readonly ScopeLogs[]
}

/** An ExportLogsServiceRequest, as its JSON has it; not trusted either. */
export interface OtlpLogsRequest {
  readonly resourceLogs?: readonly ResourceLogs[]
}
