import { defineConfig, serviceSettings, setting } from '@stoa/config'
import { datamart } from '@stoa/contracts/datamart/service'
import { Type } from 'typebox'

/** The settings of datamart. */
export const config = defineConfig('datamart', {
  ...serviceSettings('datamart', datamart.port),
  LAKE_FOLDER: setting(Type.String({ minLength: 1 }), {
    default: '.stoa/lake',
    doc: 'Folder of the Delta tables, which etl writes.',
  }),
  MART_MEMORY_MIB: setting(Type.Integer({ minimum: 64, maximum: 1_048_576 }), {
    default: 256,
    unit: 'MiB',
    doc: 'Memory that all queries together may use; work that needs more uses the disk.',
  }),
  MART_QUERY_TIMEOUT_MS: setting(Type.Integer({ minimum: 100, maximum: 14_000 }), {
    default: 10_000,
    unit: 'ms',
    doc: 'Time that a query may take.',
  }),
  SQL_PORT: setting(Type.Integer({ minimum: 0, maximum: 65_535 }), {
    optional: true,
    doc: 'Port on which the star schema is served to SQL clients over the protocol of PostgreSQL; by default, it is not served.',
  }),
  SQL_HOST: setting(Type.String({ pattern: '^[\\w.:-]+$', description: 'a host name or address' }), {
    default: '127.0.0.1',
    doc: 'Address for SQL clients. An address that other machines reach requires TLS_CERT_FILE and TLS_KEY_FILE.',
  }),
  SQL_MEMORY_MIB: setting(Type.Integer({ minimum: 64, maximum: 1_048_576 }), {
    default: 256,
    unit: 'MiB',
    doc: 'Memory that all statements of SQL clients together may use; work that needs more uses the disk.',
  }),
  SQL_STATEMENT_TIMEOUT_MS: setting(Type.Integer({ minimum: 100, maximum: 3_600_000 }), {
    default: 30_000,
    unit: 'ms',
    doc: 'Time that a statement of a SQL client may take, with the reading of its rows.',
  }),
  SQL_SESSIONS: setting(Type.Integer({ minimum: 1, maximum: 10_000 }), {
    default: 50,
    doc: 'Maximum number of sessions of SQL clients.',
  }),
  SQL_SESSIONS_PER_CALLER: setting(Type.Integer({ minimum: 1, maximum: 10_000 }), {
    default: 20,
    doc: 'Maximum number of sessions of SQL clients of one account.',
  }),
  SQL_IDLE_MS: setting(Type.Integer({ minimum: 100, maximum: 86_400_000 }), {
    default: 600_000,
    unit: 'ms',
    doc: 'Time without a message after which the session of a SQL client is ended.',
  }),
  TLS_CERT_FILE: setting(Type.String({ minLength: 1 }), {
    optional: true,
    doc: 'File of the certificate chain (PEM) for SQL clients, which can be that of the gateway; new connections get new contents.',
  }),
  TLS_KEY_FILE: setting(Type.String({ minLength: 1 }), {
    optional: true,
    doc: 'File of the private key (PEM) of TLS_CERT_FILE.',
  }),
})
