import pg from 'pg'
import { decoderFor } from './columns.ts'
import type { Statement } from './statement.ts'
import { executeMessages } from './wire-format.ts'

export type Row = Record<string, unknown>
export type Done = (error: Error | undefined, rows: readonly Row[]) => void

interface Column {
  readonly name: string
  readonly decode: (text: string) => unknown
}

/** What pg's connection offers to the queries it runs (the same that pg-cursor builds on). */
interface Wire {
  readonly stream: { write: (messages: Buffer) => void }
  readonly parsedStatements: Record<string, string | undefined>
  readonly submittedNamedStatements: Record<string, string | undefined>
  readonly parse: (message: { text: string; name: string }) => void
  readonly sync: () => void
  readonly sendCopyFail: (message: string) => void
}

const noColumns: readonly Column[] = []
const columnsByWire = new WeakMap<Wire, Map<string, readonly Column[]>>()

function knownColumns(wire: Wire): Map<string, readonly Column[]> {
  const known = columnsByWire.get(wire) ?? new Map<string, readonly Column[]>()
  if (known.size === 0) columnsByWire.set(wire, known)
  return known
}

/**
 * One execution of a statement on a pg connection. Leaner than pg's own query: no emitter, and a statement that is
 * already prepared is not described again, as its columns cannot change.
 */
export class PreparedQuery {
  readonly name: string
  readonly text: string
  readonly #values: readonly unknown[]
  readonly #done: Done
  #columns: readonly Column[] | undefined
  #rows: Row[] = []
  #failure: Error | undefined

  constructor(statement: Statement, values: readonly unknown[], done: Done) {
    this.name = statement.name
    this.text = statement.text
    this.#values = values
    this.#done = done
  }

  submit(wire: Wire): Error | null {
    const { name, text } = this
    let messages: Buffer
    const isParsed = name !== '' && wire.parsedStatements[name] !== undefined
    this.#columns = isParsed ? columnsByWire.get(wire)?.get(name) : undefined
    try {
      messages = executeMessages(name, this.#values, this.#columns === undefined)
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
      wire.sync()
      return null
    }
    if (!isParsed && wire.submittedNamedStatements[name] === undefined) {
      wire.parse({ text, name })
      if (name !== '') wire.submittedNamedStatements[name] = text
    }
    wire.stream.write(messages)
    return null
  }

  handleRowDescription(message: { fields: readonly { name: string; dataTypeID: number }[] }): void {
    this.#columns = message.fields.map(({ name, dataTypeID }) => ({ name, decode: decoderFor(dataTypeID) }))
  }

  handleDataRow(message: { fields: readonly (string | null)[] }): void {
    if (this.#failure !== undefined) return
    const columns = this.#columns ?? noColumns
    const row: Row = {}
    try {
      for (let index = 0; index < columns.length; index++) {
        const column = columns[index]
        const text = message.fields[index]
        if (column !== undefined) row[column.name] = text === null || text === undefined ? null : column.decode(text)
      }
      this.#rows.push(row)
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
    }
  }

  handleCommandComplete(_message: unknown, wire: Wire): void {
    if (this.name !== '' && this.#failure === undefined) knownColumns(wire).set(this.name, this.#columns ?? noColumns)
  }

  handleReadyForQuery(): void {
    this.#done(this.#failure, this.#rows)
  }

  handleError(error: Error): void {
    this.#done(this.#failure ?? error, [])
  }

  handleEmptyQuery(): void {}

  handlePortalSuspended(): void {}

  handleCopyInResponse(wire: Wire): void {
    wire.sendCopyFail('COPY cannot be run as a statement')
  }

  handleCopyData(): void {}
}

// In pipeline mode pg accepts only its own queries by prototype; nothing of it is inherited but that.
Object.setPrototypeOf(PreparedQuery.prototype, pg.Query.prototype)
