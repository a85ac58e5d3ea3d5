import { defineConfig, secret, serviceSettings, setting, url } from '@stoa/config'
import { Type } from 'typebox'

const {
  DATABASE_URL: _none,
  READ_CONNECTIONS: _reads,
  WRITE_CONNECTIONS: _writes,
  LOG_DATABASE_URL: _log,
  KAFKA_BROKERS: _brokers,
  KAFKA_TOPIC_PREFIX: _prefix,
  KAFKA_REPLICAS: _replicas,
  KAFKA_MIN_IN_SYNC_REPLICAS: _minimum,
  KAFKA_TLS: _tls,
  KAFKA_SASL_MECHANISM: _mechanism,
  KAFKA_USERNAME: _username,
  KAFKA_PASSWORD: _password,
  // it only serves requests
  ROLE: _role,
  // it makes no RPC calls, and takes none
  MESH_MTLS: _mode,
  MESH_FOLDER: _folder,
  // it looks up and never registers
  REGISTRY_TOKEN: _token,
  ...shared
} = serviceSettings('gateway', 8080)

/** The settings of the gateway. */
export const config = defineConfig('gateway', {
  ...shared,
  ADMIN_HOST: setting(Type.String(), { default: '127.0.0.1', doc: 'Address that the admin API listens on.' }),
  ADMIN_PORT: setting(Type.Integer({ minimum: 0, maximum: 65_535 }), {
    default: 8081,
    doc: 'Port of the admin API; 0 picks a free one.',
  }),
  RATE_LIMIT_SCALE: setting(Type.Integer({ minimum: 1, maximum: 1_000_000 }), {
    default: 1,
    doc: 'Factor by which all rate limits are multiplied.',
  }),
  REDIS_URL: secret(url('redis', 'rediss'), {
    optional: true,
    doc: 'Redis in which several gateways share their rate limits, with `rediss://` for TLS; by default, each gateway counts alone.',
  }),
  REDIS_TIMEOUT_MS: setting(Type.Integer({ minimum: 1, maximum: 60_000 }), {
    default: 50,
    unit: 'ms',
    doc: 'Longest time that a request waits for Redis; then the gateway counts alone until Redis responds again.',
  }),
  CACHE_MEGABYTES: setting(Type.Integer({ minimum: 0, maximum: 4_096 }), {
    default: 32,
    unit: 'MB',
    doc: 'Memory for cached responses that are the same for every caller; 0 disables the cache.',
  }),
  CLIENT_TIMEOUT_MS: setting(Type.Integer({ minimum: 1_000, maximum: 3_600_000 }), {
    default: 60_000,
    unit: 'ms',
    doc: 'Time after which a connection without traffic in either direction during a request is closed.',
  }),
  ROUTES_FILE: setting(Type.String({ minLength: 1 }), {
    optional: true,
    doc: 'File of `stoa publish routes` with the addresses of the services, and routes beside those of the system; in place of the registry. Changes of it are followed.',
  }),
  TLS_CERT_FILE: setting(Type.String({ minLength: 1 }), {
    optional: true,
    doc: 'File of the certificate chain (PEM) with which the gateway serves HTTPS on its port, with HTTP/2 and HTTP/1.1; without it, HTTP/1.1. A new content is used for new connections.',
  }),
  TLS_KEY_FILE: setting(Type.String({ minLength: 1 }), {
    optional: true,
    doc: 'File of the private key (PEM) of TLS_CERT_FILE.',
  }),
  TLS_HSTS_SECONDS: setting(Type.Integer({ minimum: 0, maximum: 315_360_000 }), {
    default: 31_536_000,
    unit: 's',
    doc: 'Time for which browsers use only HTTPS once they have (Strict-Transport-Security), if TLS_CERT_FILE is set; 0 does not say so.',
  }),
  TRAFFIC_FILE: setting(Type.String({ minLength: 1 }), {
    optional: true,
    doc: 'File of traffic rules: canary, mirroring, and requests to applications of LEGACY_UPSTREAMS. Changes of it are followed.',
  }),
  LEGACY_UPSTREAMS: setting(Type.Array(Type.String()), {
    default: [],
    doc: 'Applications outside of the system that traffic rules may send requests to, with their tokens, each as NAME=http://HOST:PORT.',
  }),
  APP_FOLDERS: setting(Type.Array(Type.String()), {
    default: [],
    doc: 'Folders of the built apps as NAME=FOLDER, which `npm start` sets; an app without one is not served.',
  }),
  GRAPHQL_INTROSPECTION: setting(Type.Boolean(), {
    optional: true,
    doc: 'Whether clients may read the schema of `/graphql`; by default only in the embedded environment.',
  }),
  CORS_ORIGINS: setting(Type.Array(url('http', 'https')), {
    default: [],
    doc: 'Origins from which browsers may call; the gateway’s own origin is always allowed.',
  }),
})
