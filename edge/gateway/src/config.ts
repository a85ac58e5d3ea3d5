import { defineConfig, serviceSettings, setting, url } from '@stoa/config'
import { Type } from 'typebox'

const {
  DATABASE_URL: _none,
  READ_CONNECTIONS: _reads,
  WRITE_CONNECTIONS: _writes,
  LOG_DATABASE_URL: _log,
  ...shared
} = serviceSettings('gateway', 8080)

/** The settings of the gateway. */
export const config = defineConfig('gateway', {
  ...shared,
  ADMIN_HOST: setting(Type.String(), { default: '127.0.0.1', doc: 'Address the admin API listens on.' }),
  ADMIN_PORT: setting(Type.Integer({ minimum: 0, maximum: 65_535 }), {
    default: 8081,
    doc: 'Port of the admin API; 0 picks a free one.',
  }),
  RATE_LIMIT_SCALE: setting(Type.Integer({ minimum: 1, maximum: 1_000_000 }), {
    default: 1,
    doc: 'What all rate limits are multiplied by.',
  }),
  CACHE_MEGABYTES: setting(Type.Integer({ minimum: 0, maximum: 4_096 }), {
    default: 32,
    unit: 'MB',
    doc: 'Memory for answers that are the same for everybody; 0 keeps none.',
  }),
  CORS_ORIGINS: setting(Type.Array(url('http', 'https')), {
    default: [],
    doc: 'Origins that browsers may call from; the gateway’s own always may.',
  }),
  TRUSTED_PROXIES: setting(Type.Array(Type.String()), {
    default: [],
    doc: 'Addresses of proxies before the gateway, whose X-Forwarded-For counts.',
  }),
})
