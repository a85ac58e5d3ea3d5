import { defineConfig, secret, serviceSettings, setting } from '@stoa/config'
import { monitoring } from '@stoa/contracts/monitoring/service'
import { Type } from 'typebox'

/** The settings of monitoring. */
export const config = defineConfig('monitoring', {
  ...serviceSettings('monitoring', monitoring.port),
  OTLP_TOKEN: secret(Type.String({ minLength: 16 }), {
    embeddedDefault: 'stoa-embedded-only',
    doc: 'Token with which processes send spans and log lines, in `authorization: Bearer`.',
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
  LOG_RETENTION_HOURS: setting(Type.Integer({ minimum: 1, maximum: 720 }), {
    default: 24,
    unit: 'h',
    doc: 'Time for which log lines are kept.',
  }),
  LOG_STORAGE_MEGABYTES: setting(Type.Integer({ minimum: 1, maximum: 1_000_000 }), {
    default: 256,
    unit: 'MB',
    doc: 'Log lines that are kept at most, before compression; the oldest are deleted first.',
  }),
  SCRAPE_INTERVAL_SECONDS: setting(Type.Integer({ minimum: 1, maximum: 300 }), {
    default: 15,
    unit: 's',
    doc: 'How often the metrics of every instance are read and the alert rules evaluated.',
  }),
  SCRAPE_TARGETS: setting(
    Type.Array(Type.String({ pattern: String.raw`^[a-z][a-z0-9-]{0,62}=[\w.\[\]:-]+:\d{1,5}$` }), { maxItems: 100 }),
    {
      default: [],
      doc: 'Instances that the registry does not list, such as gateway=127.0.0.1:8081.',
    },
  ),
  SCRAPE_SERIES_LIMIT: setting(Type.Integer({ minimum: 100, maximum: 100_000 }), {
    default: 5_000,
    doc: 'Series that are kept of one instance; further ones are dropped and counted.',
  }),
  METRICS_KEPT: setting(Type.Array(Type.String({ pattern: '^[a-zA-Z_:][a-zA-Z0-9_:]*$' }), { maxItems: 200 }), {
    default: ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds'],
    doc: 'Metrics that are kept in addition to those that alert rules read.',
  }),
  METRIC_STORAGE_MEGABYTES: setting(Type.Integer({ minimum: 1, maximum: 100_000 }), {
    default: 128,
    unit: 'MB',
    doc: 'Metrics that are stored at most, before compression; the oldest are deleted first.',
  }),
  ALERT_RULES_FILE: setting(Type.String({ minLength: 1 }), {
    optional: true,
    doc: 'File with alert rules, as Prometheus loads it; by default those of the service levels of the system.',
  }),
  ALERT_RETENTION_DAYS: setting(Type.Integer({ minimum: 1, maximum: 3_650 }), {
    default: 90,
    unit: 'days',
    doc: 'Days after which resolved alerts and silences that ended are deleted.',
  }),
  ALERT_WEBHOOKS: setting(Type.Array(Type.String({ pattern: '^https?://[^\\s,@]+$' }), { maxItems: 5 }), {
    default: [],
    doc: 'URLs that get a signed webhook for each alert that fires or is resolved.',
  }),
  ALERT_WEBHOOK_SECRET: secret(Type.String({ pattern: '^(whsec_)?[A-Za-z0-9+/]{32,}={0,2}$' }), {
    optional: true,
    doc: 'Secret with which the webhooks are signed (Standard Webhooks), in base64; required by ALERT_WEBHOOKS.',
  }),
  ALERT_WEBHOOK_PRIVATE: setting(Type.Boolean(), {
    default: false,
    doc: 'Whether ALERT_WEBHOOKS may lead to this machine and to private networks.',
  }),
  AMQP_URL: secret(Type.String({ pattern: '^amqps?://[^\\s/]+(/[^\\s/]*)?$' }), {
    optional: true,
    doc: 'RabbitMQ, to which every event of the log is published: amqps://user:password@host:5671/vhost.',
  }),
  AMQP_EXCHANGE: setting(Type.String({ pattern: '^[\\w.:-]{1,200}$' }), {
    default: 'stoa.events',
    doc: 'The durable topic exchange of AMQP_URL to which events are published; created if it is missing.',
  }),
  INSTANCE_MISSING_HOURS: setting(Type.Number({ minimum: 0.001, maximum: 720 }), {
    default: 24,
    unit: 'h',
    doc: 'How long an instance that left the registry while it did not respond, and was not replaced, raises an alert.',
  }),
  INSTANCE_DOWN_SECONDS: setting(Type.Integer({ minimum: 0, maximum: 3_600 }), {
    default: 60,
    unit: 's',
    doc: 'How long an instance does not respond, or is not ready, until an alert fires.',
  }),
})
