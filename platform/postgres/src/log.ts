/** Where the database's own troubles are written; a pino logger fits. */
export interface DatabaseLog {
  readonly info: (fields: object, message: string) => void
  readonly warn: (fields: object, message: string) => void
}

export const silentLog: DatabaseLog = { info: () => {}, warn: () => {} }
