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

const telemetrySettings = {
  LOG_LEVEL: setting(
    Type.Union([
      Type.Literal('debug'),
      Type.Literal('info'),
      Type.Literal('warn'),
      Type.Literal('error'),
      Type.Literal('silent'),
    ]),
    { default: 'info', doc: 'The least severe log lines that are written.' },
  ),
  TELEMETRY_FOLDER: setting(Type.String(), {
    optional: true,
    doc: 'Folder in which spans are kept, at most 16 MiB a service.',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting(url('http', 'https'), {
    optional: true,
    doc: 'Collector that spans are sent to by OTLP over HTTP.',
  }),
  TRACE_SAMPLE_RATIO: setting(Type.Number({ minimum: 0, maximum: 1 }), {
    default: 1,
    doc: 'Share of the traces begun here that are kept.',
  }),
}

/** The settings that every service has. A service without a database takes `DATABASE_URL` and the connections out. */
export function serviceSettings(service: string, port: number) {
  return {
    STOA_ENV: setting(Type.Union([Type.Literal('embedded'), Type.Literal('development'), Type.Literal('production')]), {
      default: 'development',
      doc: 'Where it runs: in one process tree on one machine, under development, or for real.',
    }),
    HOST: setting(hostname, { default: '127.0.0.1', doc: 'Address it listens on.' }),
    PORT: setting(Type.Integer({ minimum: 0, maximum: 65_535 }), {
      default: port,
      doc: 'Port it listens on; 0 picks a free one.',
    }),
    ADVERTISED_HOST: setting(hostname, {
      optional: true,
      doc: 'Address that others reach it at, where it is not HOST.',
    }),
    DATABASE_URL: secret(postgresUrl, { doc: `Database of ${service}, with its own role.` }),
    READ_CONNECTIONS: setting(connections, { default: 5, doc: 'Connections for reads at most.' }),
    WRITE_CONNECTIONS: setting(connections, { default: 5, doc: 'Connections for transactions at most.' }),
    LOG_DATABASE_URL: secret(postgresUrl, { optional: true, doc: 'Database of the event log.' }),
    REGISTRY_URL: setting(url('http', 'https'), { default: 'http://127.0.0.1:8761', doc: 'The service registry.' }),
    REGISTRY_TOKEN: secret(Type.String({ minLength: 16 }), {
      optional: true,
      doc: 'What the system’s own processes prove themselves with when they register.',
    }),
    AUTH_ISSUER: setting(url('http', 'https'), {
      embeddedDefault: 'http://127.0.0.1:8080',
      doc: 'Issuer of all tokens, as it stands in them.',
    }),
    AUTH_URL: setting(url('http', 'https'), {
      default: 'http://127.0.0.1:8010',
      doc: 'Where services reach auth for keys and tokens, without the way over the gateway.',
    }),
    SERVICE_CLIENT_SECRET: secret(Type.String({ minLength: 16 }), {
      embeddedDefault: 'stoa-embedded-only',
      doc: `What ${service} proves itself with when it asks for a token.`,
    }),
    ...telemetrySettings,
    DRAIN_TIMEOUT_MS: setting(Type.Integer({ minimum: 0, maximum: 600_000 }), {
      default: 4_000,
      unit: 'ms',
      doc: 'Time that requests under way have to end when it is stopped.',
    }),
  }
}
