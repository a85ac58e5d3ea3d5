import { createConnection, type Socket } from 'node:net'
import { once } from 'node:events'
import { accessTable } from '@stoa/contracts/auth/roles'
import type { DatamartService } from '@stoa/contracts/datamart/service'
import { newId } from '@stoa/kernel'
import { asCaller, freePort, startTestService, type TestService } from '@stoa/testing'
import { Client } from 'pg'
import { datamartService } from '../src/service.ts'

/** A mart with its endpoint for SQL clients. */
export interface SqlMart {
  readonly service: TestService<DatamartService>
  readonly port: number
}

/** Starts one over a lake. */
export async function startSqlMart(lake: string, settings: Readonly<Record<string, string>> = {}): Promise<SqlMart> {
  const port = await freePort()
  const service = await startTestService(datamartService, {
    access: accessTable,
    settings: { LAKE_FOLDER: lake, SQL_PORT: String(port), ...settings },
  })
  return { service, port }
}

/** A password of a caller with these roles. */
export function passwordOf(roles: readonly string[] = ['analyst'], subject: string = newId()): string {
  return asCaller({ subject, roles }).replace('Bearer ', '')
}

/** Connects as node-postgres does. */
export async function connect(port: number, password = passwordOf()): Promise<Client> {
  const client = new Client({ host: '127.0.0.1', port, user: 'me', password, database: 'mart' })
  // a session that the server ends is an event, besides the error of the statement
  client.on('error', () => {})
  await client.connect()
  return client
}

/** The code and the position with which a statement is refused. */
export async function refusalOf(
  asked: Promise<unknown>,
): Promise<{ code?: string; position?: string; message?: string }> {
  return asked.then(
    () => ({}),
    (error: { code: string; position?: string; message: string }) => error,
  )
}

/** A connection whose bytes a test chooses. */
export async function rawSocket(port: number): Promise<Socket> {
  const socket = createConnection(port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

/** The start of a session without encryption. */
export function startMessage(): Buffer {
  const body = Buffer.from('user\0me\0\0')
  const head = Buffer.alloc(8)
  head.writeInt32BE(8 + body.length)
  head.writeInt32BE(196_608, 4)
  return Buffer.concat([head, body])
}

/** A message of a type. */
export function messageOf(type: string, body: string | Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(4 + Buffer.byteLength(body), 1)
  return Buffer.concat([head, Buffer.from(body)])
}
