import { event, InstantSchema } from '@stoa/contract'
import { Type } from 'typebox'
import { PatternMatch, StreamName, WindowResult } from './resources.ts'

/**
 * A stream has measured a window. The latest result of a stream, key and window replaces the earlier ones: the one with the highest
 * revision.
 */
export const metricComputed = event(
  'metric.computed',
  '1.0.0',
  Type.Object({
    stream: StreamName,
    ...WindowResult.properties,
    revision: Type.Integer({ minimum: 1 }),
    computedAt: InstantSchema,
  }),
)

/**
 * Events of one key match a pattern, or a match was corrected or withdrawn. The event of a pattern and match with the highest revision
 * replaces the others.
 */
export const patternDetected = event(
  'pattern.detected',
  '1.0.0',
  Type.Object({
    pattern: StreamName,
    ...PatternMatch.properties,
    revision: Type.Integer({ minimum: 1 }),
    detectedAt: InstantSchema,
  }),
)
