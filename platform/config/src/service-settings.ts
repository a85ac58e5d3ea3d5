import { Type } from 'typebox'
import { secret, setting } from './settings.ts'

/** The schema of a URL with one of these schemes (`postgres`, `http`). */
export function url(...schemes: readonly string[]): ReturnType<typeof Type.String> {
  return Type.String({
    format: 'url',
    pattern: `^(?:${schemes.join('|')})://\\S+$`,
    description: `a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
  })
}

const postgresUrl = url('postgres', 'postgresql')
const connections = Type.Integer({ minimum: 1, maximum: 100 })
const hostname = Type.String({ pattern: '^[\\w.:-]+$', description: 'a host name or address' })

const network = Type.String({
  pattern: String.raw`^[\da-fA-F:.]+(/\d{1,3})?$`,
  description: 'an address or a network, such as 10.0.0.0/8',
})

const telemetrySettings = {
  LOG_LEVEL: setting(
    Type.Union([
      Type.Literal('debug'),
      Type.Literal('info'),
      Type.Literal('warn'),
      Type.Literal('error'),
      Type.Literal('silent'),
    ]),
    { default: 'info', doc: 'Lowest severity of the log lines that are written.' },
  ),
  TELEMETRY_FOLDER: setting(Type.String(), {
    optional: true,
    doc: 'Folder for spans, at most 16 MiB per service.',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting(url('http', 'https'), {
    optional: true,
    doc: 'Collector to which spans and log lines are sent with OTLP over HTTP; `npm start` sets monitoring by default.',
  }),
  OTEL_LOGS_EXPORTER: setting(Type.String(), {
    optional: true,
    doc: 'Where log lines are sent: `otlp`, the collector (default), or `none`; standard output has them in any case. An unknown name is ignored with a warning.',
  }),
  LOG_EXPORT_LEVEL: setting(
    Type.Union([Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error')]),
    {
      default: 'info',
      doc: 'Lowest severity of the log lines that are sent to the collector, of those that are written.',
    },
  ),
  OTEL_EXPORTER_OTLP_HEADERS: secret(Type.String(), {
    optional: true,
    doc: 'Headers of requests to the collector, such as authorization=Bearer%20TOKEN, separated by commas.',
  }),
  OTEL_SERVICE_NAME: setting(Type.String(), {
    optional: true,
    doc: 'Name of this service in the collector; the service name by default.',
  }),
  OTEL_RESOURCE_ATTRIBUTES: setting(Type.String(), {
    optional: true,
    doc: 'Additional resource attributes of this service, such as team=shop,region=eu.',
  }),
  OTEL_TRACES_SAMPLER: setting(Type.String(), {
    optional: true,
    doc: 'Sampler of traces: `always_on`, `always_off`, `traceidratio`, or one of these with the prefix `parentbased_`; an unknown one is ignored with a warning.',
  }),
  OTEL_TRACES_SAMPLER_ARG: setting(Type.String(), {
    optional: true,
    doc: 'Fraction of the traces that the samplers `traceidratio` and `parentbased_traceidratio` keep, a number from 0 to 1; 1 by default.',
  }),
  TRACE_SAMPLE_RATIO: setting(Type.Number({ minimum: 0, maximum: 1 }), {
    default: 1,
    doc: 'Fraction of the traces started by this service that is kept, if OTEL_TRACES_SAMPLER is not set.',
  }),
}

const brokers = Type.Array(
  Type.String({ pattern: String.raw`^[\w.-]+:\d{1,5}$`, description: 'a host and port, such as kafka:9092' }),
)

const kafkaSettings = {
  KAFKA_BROKERS: setting(brokers, {
    optional: true,
    doc: 'Kafka that keeps the events, as host:port of some of its brokers; by default, the database of the event log keeps them. The same for all services of a system, and from its first event on.',
  }),
  KAFKA_TOPIC_PREFIX: setting(
    Type.String({ pattern: String.raw`^[\w.-]{0,100}$`, description: 'letters, digits, ., _ and -' }),
    {
      default: '',
      doc: 'Beginning of the names of the topics in Kafka; systems that share a cluster need different ones.',
    },
  ),
  KAFKA_REPLICAS: setting(Type.Integer({ minimum: 1, maximum: 15 }), {
    optional: true,
    doc: 'Copies of each new topic in Kafka; as many as Kafka makes by default.',
  }),
  KAFKA_MIN_IN_SYNC_REPLICAS: setting(Type.Integer({ minimum: 1, maximum: 15 }), {
    optional: true,
    doc: 'Copies that must have an event of a new topic before it counts as stored; as Kafka decides by default.',
  }),
  KAFKA_TLS: setting(Type.Boolean(), {
    default: false,
    doc: 'Whether connections to Kafka are encrypted; `NODE_EXTRA_CA_CERTS` can name further trusted authorities.',
  }),
  KAFKA_SASL_MECHANISM: setting(
    Type.Union([Type.Literal('PLAIN'), Type.Literal('SCRAM-SHA-256'), Type.Literal('SCRAM-SHA-512')]),
    { default: 'SCRAM-SHA-512', doc: 'How the service signs in to Kafka, if KAFKA_USERNAME is set.' },
  ),
  KAFKA_USERNAME: setting(Type.String(), { optional: true, doc: 'User with which the service signs in to Kafka.' }),
  KAFKA_PASSWORD: secret(Type.String(), { optional: true, doc: 'Password of the user of Kafka.' }),
}

const days = Type.Integer({ minimum: 1, maximum: 36_500 })

const retentionSettings = {
  SAGA_RETENTION_DAYS: setting(days, {
    default: 90,
    unit: 'days',
    doc: 'Days after the end of a saga for which its journal and input are kept; its outcome is kept permanently.',
  }),
  EVENT_RETENTION_DAYS: setting(days, {
    optional: true,
    unit: 'days',
    doc: 'Minimum number of days that the events of the service are kept in the log; permanently by default.',
  }),
  AUDIT_RETENTION_DAYS: setting(days, {
    default: 1_095,
    unit: 'days',
    doc: 'Days after which entries of the audit trail are removed, oldest first.',
  }),
  AUDIT_ADDRESS_DAYS: setting(days, {
    default: 90,
    unit: 'days',
    doc: 'Days for which the audit trail keeps the addresses of clients; afterwards it has only digests of them.',
  }),
}

function placeSettings(port: number) {
  return {
    SERVICE_VERSION: setting(
      Type.String({ pattern: String.raw`^[\w.+-]{1,64}$`, description: 'letters, digits, ., _, + and -' }),
      {
        default: '0.1.0',
        doc: 'Version of the release: instances register with it, traffic rules of the gateway choose by it, and logs and metrics show it.',
      },
    ),
    HOST: setting(hostname, { default: '127.0.0.1', doc: 'Address that the service listens on.' }),
    PORT: setting(Type.Integer({ minimum: 0, maximum: 65_535 }), {
      default: port,
      doc: 'Port that the service listens on; 0 picks a free one.',
    }),
    ADVERTISED_HOST: setting(hostname, {
      optional: true,
      doc: 'Address that other services use to reach this one, if it differs from HOST.',
    }),
  }
}

const databaseSettings = (service: string) => ({
  DATABASE_URL: secret(postgresUrl, { doc: `Database of ${service}, with its own role.` }),
  READ_CONNECTIONS: setting(connections, { default: 5, doc: 'Maximum number of connections for reads.' }),
  WRITE_CONNECTIONS: setting(connections, { default: 5, doc: 'Maximum number of connections for transactions.' }),
  LOG_DATABASE_URL: secret(postgresUrl, { optional: true, doc: 'Database of the event log.' }),
  MIGRATE: setting(Type.Union([Type.Literal('on'), Type.Literal('off')]), {
    default: 'on',
    doc: 'Whether a process migrates its database when it starts. With `off` it does not start while migrations are missing; `stoa migrate` or the argument `--migrate` applies them.',
  }),
})

const meshSettings = {
  MESH_MTLS: setting(Type.Union([Type.Literal('off'), Type.Literal('permissive'), Type.Literal('strict')]), {
    default: 'off',
    productionDefault: 'strict',
    doc: 'Mutual TLS of RPC calls: `strict` requires the certificate of the caller, `permissive` takes calls with and without TLS, `off` is for a mesh such as Istio or Linkerd, or none.',
  }),
  MESH_FOLDER: setting(Type.String(), {
    optional: true,
    doc: 'Folder of the certificate for calls: `tls.crt`, `tls.key` and `ca.crt`; it is read again when they change. `npm start` makes it.',
  }),
}

/** The settings that every service has. A service without a database takes `DATABASE_URL` and the connections out. */
export function serviceSettings(service: string, port: number) {
  return {
    STOA_ENV: setting(Type.Union([Type.Literal('embedded'), Type.Literal('development'), Type.Literal('production')]), {
      default: 'development',
      doc: 'Environment: `embedded` (one process tree on one machine), `development` or `production`.',
    }),
    ROLE: setting(Type.Union([Type.Literal('all'), Type.Literal('web'), Type.Literal('worker')]), {
      default: 'all',
      doc: 'What this process does: `web` serves requests, `worker` runs consumers, sagas, tasks and the relay, `all` does both. The argument `--role` takes precedence.',
    }),
    ...placeSettings(port),
    ...databaseSettings(service),
    ...kafkaSettings,
    ...retentionSettings,
    REGISTRY_URL: setting(url('http', 'https'), { default: 'http://127.0.0.1:8761', doc: 'The service registry.' }),
    REGISTRY_TOKEN: secret(Type.String({ minLength: 16 }), {
      embeddedDefault: 'stoa-embedded-only',
      doc: 'Token with which a process registers: that of the system, or one of its service (ADR 14).',
    }),
    AUTH_ISSUER: setting(url('http', 'https'), {
      embeddedDefault: 'http://127.0.0.1:8080',
      doc: 'Issuer (`iss`) of all tokens.',
    }),
    SCHEMA_BASE_URL: setting(url('http', 'https'), {
      optional: true,
      doc: 'Base URL of the `dataschema` of its events; AUTH_ISSUER by default.',
    }),
    AUTH_URL: setting(url('http', 'https'), {
      default: 'http://127.0.0.1:8010',
      doc: 'URL at which services reach auth for keys and tokens, bypassing the gateway.',
    }),
    SERVICE_CLIENT_SECRET: secret(Type.String({ minLength: 16 }), {
      embeddedDefault: 'stoa-embedded-only',
      doc: `Client secret with which ${service} requests its tokens.`,
    }),
    ...meshSettings,
    TRUSTED_PROXIES: setting(Type.Array(network), {
      default: [],
      doc: 'Addresses and networks (CIDR) whose X-Forwarded-For is trusted; the same machine is always trusted.',
    }),
    ...telemetrySettings,
    DRAIN_TIMEOUT_MS: setting(Type.Integer({ minimum: 0, maximum: 600_000 }), {
      default: 4_000,
      unit: 'ms',
      doc: 'Time that requests in progress have to finish when the service is stopped; background work then stops within another 800 ms.',
    }),
  }
}
