import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import type { DataFolder } from './data-folder.ts'

/** A row of `stoa ps`. */
export interface ProcessRow {
  readonly service: string
  readonly instance: string
  readonly pid: number | null
  readonly port: number
  readonly state: 'starting' | 'ready' | 'draining' | 'unhealthy' | 'stopped'
  /** Present while it ends again and again soon after its start: how often in a row, and why it ended last. */
  readonly failing?: { readonly starts: number; readonly error: string }
}

/** The commands of a supervisor over its socket: one JSON object per line. */
export type ControlRequest =
  | { readonly command: 'ps' }
  | { readonly command: 'restart'; readonly services: readonly string[] }
  | { readonly command: 'down' }
  | { readonly command: 'reset' }
  | { readonly command: 'reset-services'; readonly services: readonly string[] }
  | { readonly command: 'seed' }

/** Progress lines come first; the last line is the result or the error. */
export type ControlAnswer = { readonly progress: string } | { readonly result: unknown } | { readonly refused: string }

/** Thrown if no system is running in this data folder. */
export class NotRunning extends Error {
  override readonly name = 'NotRunning'
}

/** A refusal of the supervisor, in words for people. */
export class ControlRefused extends Error {
  override readonly name = 'ControlRefused'
}

/** Asks the supervisor of a data folder. @throws NotRunning, ControlRefused */
export async function askSupervisor<Result>(
  folder: DataFolder,
  request: ControlRequest,
  onProgress: (text: string) => void = () => {},
): Promise<Result> {
  const socket = connect(folder.socket)
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve())
    socket.once('error', () => reject(new NotRunning(`Stoa is not running in ${folder.path}: run "npm start"`)))
  })
  socket.on('error', () => {})
  socket.write(`${JSON.stringify(request)}\n`)
  try {
    for await (const line of createInterface(socket)) {
      const answer = JSON.parse(line) as ControlAnswer
      if ('progress' in answer) onProgress(answer.progress)
      else if ('refused' in answer) throw new ControlRefused(answer.refused)
      else return answer.result as Result
    }
  } finally {
    socket.destroy()
  }
  // The connection ends with the supervisor, which was stopped as requested, or killed.
  if (request.command === 'down') return undefined as Result
  throw new ControlRefused(
    'the supervisor exited before it responded: see its last log lines with "npm run stoa -- logs supervisor"',
  )
}
