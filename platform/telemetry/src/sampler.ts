/**
 * Decides whether a span is kept; `isParentSampled` is undefined for the root of a trace. The decision depends on the trace id,
 * so that every process makes the same one.
 */
export type Sampler = (traceId: string, isParentSampled: boolean | undefined) => boolean

/** The sampling settings as text: those of OpenTelemetry, and the ratio that applies without them. */
export interface SamplingSettings {
  /** `OTEL_TRACES_SAMPLER`. */
  readonly sampler?: string | undefined
  /** `OTEL_TRACES_SAMPLER_ARG`. */
  readonly samplerArg?: string | undefined
  /** Fraction of the traces started here that is kept if `OTEL_TRACES_SAMPLER` is not set; 1 if omitted. */
  readonly sampleRatio?: number | undefined
}

type Warn = (message: string, fields: Readonly<Record<string, string>>) => void

/** Samples the traces that start here with `root`, and follows the decision of an earlier process otherwise. */
export function parentBased(root: Sampler): Sampler {
  return (traceId, isParentSampled) => isParentSampled ?? root(traceId, undefined)
}

/** Keeps this fraction of all traces, regardless of the decision of an earlier process. */
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
 * Returns the sampler that the settings name, as the specification of OpenTelemetry requires: an unknown value, or an argument
 * that is not a probability, is reported and otherwise ignored.
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
