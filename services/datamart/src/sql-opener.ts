import { queryMart } from '@stoa/contracts/datamart/http'
import type { config } from './config.ts'
import type { Deps } from './deps.ts'
import type { SqlOptions } from './sql/serve-sql.ts'

interface Opening extends Pick<SqlOptions, 'lake' | 'tables' | 'signIn' | 'telemetry'> {
  readonly settings: ReturnType<typeof config.parse>
}

/** How the endpoint for SQL clients is opened, by a process that serves requests; its code, and DuckDB, are loaded only then. */
export function sqlOpener({ settings, ...shared }: Opening): Deps['openSql'] {
  const { sqlPort: port, role } = settings
  if (port === undefined || role === 'worker') return undefined
  return async () => {
    const { serveSql } = await import('./sql/serve-sql.ts')
    return serveSql({
      ...shared,
      host: settings.sqlHost,
      port,
      certFile: settings.tlsCertFile,
      keyFile: settings.tlsKeyFile,
      memoryMiB: settings.sqlMemoryMib,
      // the permission of the queries by REST
      permission: queryMart.permission,
      limits: {
        sessions: settings.sqlSessions,
        sessionsPerCaller: settings.sqlSessionsPerCaller,
        idleMs: settings.sqlIdleMs,
        timeoutMs: settings.sqlStatementTimeoutMs,
      },
    })
  }
}
