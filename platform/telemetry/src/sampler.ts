/**
 * Decides whether a span is kept; `isParentSampled` is undefined for the root of a trace. The decision goes by the trace
 * id, so that every process decides alike.
 */
export type Sampler = (traceId: string, isParentSampled: boolean | undefined) => boolean

/** The sampling settings as they are written: OpenTelemetry's, and the ratio that applies without them. */
export interface SamplingSettings {
  /** `OTEL_TRACES_SAMPLER`. */
  readonly sampler?: string | undefined
  /** `OTEL_TRACES_SAMPLER_ARG`. */
  readonly samplerArg?: string | undefined
  /** Fraction of the traces started here that is kept if `OTEL_TRACES_SAMPLER` is not set; 1 if omitted. */
  readonly sampleRatio?: number | undefined
}

type Warn = (message: string, fields: Readonly<Record<string, string>>) => void

/** Keeps this fraction of the traces that begin here, and what an earlier process has decided to keep. */
export function parentBased(root: Sampler): Sampler {
  return (traceId, isParentSampled) => isParentSampled ?? root(traceId, undefined)
}

/** Keeps this fraction of all traces, whatever an earlier process has decided. */
export function traceIdRatio(ratio: number): Sampler {
  if (ratio >= 1) return () => true
  if (ratio <= 0) return () => false
  // The last 56 bits of the id are random (W3C Trace Context, level 2).
  return (traceId) => Number.parseInt(traceId.slice(-13), 16) < ratio * 2 ** 52
}

const samplers: Readonly<Record<string, (ratio: () => number) => Sampler>> = {
  always_on: () => traceIdRatio(1),
  always_off: () => traceIdRatio(0),
  traceidratio: (ratio) => traceIdRatio(ratio()),
  parentbased_always_on: () => parentBased(traceIdRatio(1)),
  parentbased_always_off: () => parentBased(traceIdRatio(0)),
  parentbased_traceidratio: (ratio) => parentBased(traceIdRatio(ratio())),
}

/**
 * The sampler that the settings name, as OpenTelemetry's specification of environment variables has it: a value that is not
 * known, or an argument that is not a probability, is reported and otherwise ignored.
 */
export function samplerOf({ sampler, samplerArg, sampleRatio = 1 }: SamplingSettings, warn: Warn): Sampler {
  const fallback = parentBased(traceIdRatio(sampleRatio))
  const name = sampler?.trim().toLowerCase() ?? ''
  if (name === '') return fallback
  const make = Object.hasOwn(samplers, name) ? samplers[name] : undefined
  if (make === undefined) {
    warn('OTEL_TRACES_SAMPLER is not supported and is ignored', {
      value: name,
      supported: Object.keys(samplers).join(', '),
    })
    return fallback
  }
  return make(() => probabilityOf(samplerArg, warn))
}

function probabilityOf(written: string | undefined, warn: Warn): number {
  const text = written?.trim() ?? ''
  if (text === '') return 1
  const ratio = Number(text)
  if (ratio >= 0 && ratio <= 1) return ratio
  warn('OTEL_TRACES_SAMPLER_ARG is not a number from 0 to 1 and is ignored', { value: text })
  return 1
}
