import type { Connection } from './connection.ts'
import { toRefusal } from './errors.ts'
import { bindTemplate } from './statement.ts'

/**
 * Runs a template on a connection. `onError` sees what the database or the network gave, the caller a refusal made of
 * it, with a stack that leads back to the caller instead of ending at the socket.
 */
export async function runStatement<Row extends object>(
  connection: Connection,
  strings: TemplateStringsArray,
  values: readonly unknown[],
  onError?: (error: unknown) => void,
): Promise<Row[]> {
  const { statement, values: parameters } = bindTemplate(strings, values)
  try {
    return await new Promise<Row[]>((resolve, reject) => {
      connection.run(statement, parameters, (error, rows) => {
        if (!error) return resolve(rows as Row[])
        onError?.(error)
        reject(error)
      })
    })
  } catch (error) {
    if (error instanceof Error) Error.captureStackTrace(error)
    throw toRefusal(error)
  }
}
