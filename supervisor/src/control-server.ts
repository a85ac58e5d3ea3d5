import { chmod, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { ControlAnswer, ControlRequest } from './control.ts'
import type { DataFolder } from './data-folder.ts'

/** Carries out a request; `tell` reports on the way. */
export type Carry = (request: ControlRequest, onProgress: (progress: string) => void) => Promise<unknown>

/** A socket that takes commands. */
export interface ControlServer {
  /** Takes no more, and lets another supervisor have the place. */
  readonly close: () => Promise<void>
  /** Lets those go who wait for an answer that won't come: for a stop, its answer. */
  readonly hangUp: () => void
}

/** Listens on the data folder's socket, which only its owner can open. The folder's lock must be held. */
export async function serveControl(folder: DataFolder, carry: Carry): Promise<ControlServer> {
  await rm(folder.socket, { force: true })
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
    createInterface(socket).on('line', (line) => void answer(socket, line, carry))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(folder.socket, () => resolve())
  })
  await chmod(folder.socket, 0o600)
  return {
    async close() {
      server.close()
      await rm(folder.socket, { force: true })
    },
    hangUp() {
      for (const socket of open) socket.end()
    },
  }
}

async function answer(socket: Socket, line: string, carry: Carry): Promise<void> {
  const send = (message: ControlAnswer) => {
    if (socket.writable) socket.write(`${JSON.stringify(message)}\n`)
  }
  try {
    const request = JSON.parse(line) as ControlRequest
    send({ result: (await carry(request, (progress) => send({ progress }))) ?? null })
  } catch (error) {
    send({ refused: error instanceof Error ? error.message : String(error) })
  }
}
