import { defineConfig, secret, serviceSettings, setting } from '@stoa/config'
import { monitoring } from '@stoa/contracts/monitoring/service'
import { Type } from 'typebox'

/** The settings of monitoring. */
export const config = defineConfig('monitoring', {
  ...serviceSettings('monitoring', monitoring.port),
  OTLP_TOKEN: secret(Type.String({ minLength: 16 }), {
    embeddedDefault: 'stoa-embedded-only',
    doc: 'Token with which processes send spans, in `authorization: Bearer`.',
  }),
  TRACE_RETENTION_HOURS: setting(Type.Integer({ minimum: 1, maximum: 720 }), {
    default: 24,
    unit: 'h',
    doc: 'Time for which spans are kept.',
  }),
  TRACE_STORAGE_MEGABYTES: setting(Type.Integer({ minimum: 1, maximum: 1_000_000 }), {
    default: 256,
    unit: 'MB',
    doc: 'Spans that are kept at most, before compression; the oldest are deleted first.',
  }),
})
