import {
  ErrorCode,
  NOOP_PROVIDER,
  OpenFeature,
  type Client,
  type EvaluationContext,
  type JsonValue,
  type Provider,
  type ResolutionDetails,
} from '@openfeature/server-sdk'
import type { FlagSource } from './flag-source.ts'

/** A client of the OpenFeature server SDK for one running service. */
export interface OpenFeatureClient {
  readonly client: Client
  readonly close: () => Promise<void>
}

/** Opens a client over a source. Several services may share a process, so each has a domain of its own. */
export async function openFeatureClient(domain: string, source: FlagSource): Promise<OpenFeatureClient> {
  await OpenFeature.setProviderAndWait(domain, inProcessProvider(source))
  return {
    client: OpenFeature.getClient(domain),
    close: () => OpenFeature.setProviderAndWait(domain, NOOP_PROVIDER),
  }
}

/** A provider that evaluates in the process. */
function inProcessProvider(source: FlagSource): Provider {
  function resolve<Value>(key: string, fallback: Value, context: EvaluationContext): ResolutionDetails<Value> {
    const evaluated = source.evaluate(key, context)
    if ('errorCode' in evaluated) {
      return {
        value: fallback,
        reason: 'ERROR',
        errorCode: evaluated.errorCode === 'GENERAL' ? ErrorCode.GENERAL : ErrorCode.TARGETING_KEY_MISSING,
        errorMessage: evaluated.detail,
      }
    }
    const { value, variant, reason } = evaluated
    return { value: value as Value, variant, reason }
  }
  return {
    metadata: { name: 'stoa' },
    runsOn: 'server',
    resolveBooleanEvaluation: async (key, fallback, context) => resolve(key, fallback, context),
    resolveStringEvaluation: async (key, fallback, context) => resolve(key, fallback, context),
    resolveNumberEvaluation: async (key, fallback, context) => resolve(key, fallback, context),
    resolveObjectEvaluation: async <T extends JsonValue>(key: string, fallback: T, context: EvaluationContext) =>
      resolve(key, fallback, context),
  }
}
