import { attributes as names, dbClientOperationDuration, type Telemetry } from '@stoa/telemetry'
import { isConnectionLoss, sqlState } from './errors.ts'
import type { PoolStats } from './pool.ts'
import { summarize, summarizeCommand, type StatementSummary } from './statement-summary.ts'
import type { Statement } from './statement.ts'

/** Where the durations, spans and gauges of a database go. */
export type DatabaseTelemetry = Pick<Telemetry, 'metrics' | 'startDetail'>

type OnEnded = (error: Error | undefined) => void

/** Measures what is sent over the connections of a database. */
export interface Instrumentation {
  /** To be called as a statement is sent, in the context of its caller; what it returns is called at its end. */
  readonly onStatement: (statement: Statement) => OnEnded
  /** The same for a command: text without parameters. */
  readonly onCommand: (text: string) => OnEnded
}

/** Statements that are measured alike. */
interface Kind extends StatementSummary {
  readonly observe: (seconds: number) => void
}

const system = 'postgresql'
const mostCommands = 64

/**
 * Measures by OpenTelemetry's semantic conventions for PostgreSQL: `db.client.operation.duration`, and, where the caller's
 * trace is sampled, a client span for each operation. A statement is shown by its operations and tables, never by its text
 * or values.
 */
export function instrument({ metrics, startDetail }: DatabaseTelemetry, url: string): Instrumentation {
  const { hostname, port } = new URL(url)
  const namespace = databaseName(url)
  const durations = dbClientOperationDuration(metrics)

  const labelsOf = (operation: string, failure: string) => ({
    db_system_name: system,
    db_namespace: namespace,
    db_operation_name: operation,
    error_type: failure,
  })
  const kindOf = ({ operation, summary }: StatementSummary): Kind => {
    return { operation, summary, observe: durations.series(labelsOf(operation, '')) }
  }
  const statements = new WeakMap<Statement, Kind>()
  // by their text: those that are sent often are few and short
  const commands = new Map<string, Kind>()

  function begin({ operation, summary, observe }: Kind): OnEnded {
    const startMs = performance.now()
    const span = startDetail(() => ({
      name: summary,
      kind: 'client',
      attributes: {
        [names.dbSystemName]: system,
        [names.dbNamespace]: namespace,
        [names.dbOperationName]: operation,
        [names.dbQuerySummary]: summary,
        [names.serverAddress]: hostname,
        [names.serverPort]: port === '' ? 5_432 : Number(port),
      },
    }))
    return (error) => {
      const failure = error === undefined ? '' : failureOf(error)
      const seconds = (performance.now() - startMs) / 1_000
      if (failure === '') observe(seconds)
      else durations.observe(seconds, labelsOf(operation, failure))
      if (span === undefined) return
      if (failure !== '') {
        span.setFailed(failure)
        if (failure.length === 5) span.setAttribute(names.dbResponseStatusCode, failure)
      }
      span.end()
    }
  }

  return {
    onStatement: (statement) => {
      const known = statements.get(statement) ?? kindOf(summarize(statement.text))
      statements.set(statement, known)
      return begin(known)
    },
    onCommand: (text) => {
      const known = commands.get(text)
      if (known !== undefined) return begin(known)
      const made = kindOf(summarizeCommand(text))
      if (commands.size < mostCommands) commands.set(text, made)
      return begin(made)
    },
  }
}

/** The name of the database that a URL names. */
export function databaseName(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1))
}

/** The SQLSTATE, five characters; else what kind of failure it was. */
function failureOf(error: Error): string {
  return sqlState(error) ?? (isConnectionLoss(error) ? 'connection_lost' : '_OTHER')
}

/**
 * Shows the connections of a pool as `db.client.connection.*` of the semantic conventions; `db.client.connection.count` is
 * `db_client_connections`, as Prometheus keeps the suffix `_count` for histograms.
 */
export function observePool({ metrics }: DatabaseTelemetry, pool: string, stats: () => PoolStats): void {
  const name = { db_client_connection_pool_name: pool }
  const labels = ['db_client_connection_pool_name'] as const
  metrics.gauge(
    'db_client_connections',
    'Open connections of a pool by state',
    [...labels, 'db_client_connection_state'],
    (gauge) => {
      const { open, idle } = stats()
      gauge.set(idle, { ...name, db_client_connection_state: 'idle' })
      gauge.set(open - idle, { ...name, db_client_connection_state: 'used' })
    },
  )
  metrics.gauge('db_client_connection_max', 'Most connections a pool may open', labels, (gauge) =>
    gauge.set(stats().max, name),
  )
  metrics.gauge(
    'db_client_connection_pending_requests',
    'Requests that wait for a connection of a pool',
    labels,
    (gauge) => gauge.set(stats().waiting, name),
  )
}
