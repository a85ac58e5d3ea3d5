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
}

/** What a supervisor can be told over its socket: one JSON object a line. */
export type ControlRequest =
  | { readonly command: 'ps' }
  | { readonly command: 'restart'; readonly services: readonly string[] }
  | { readonly command: 'down' }
  | { readonly command: 'reset' }
  | { readonly command: 'seed' }

/** Progress lines come first; the last line is the result, or why there is none. */
export type ControlAnswer = { readonly progress: string } | { readonly result: unknown } | { readonly refused: string }

/** Nobody runs a system on this data folder. */
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
    socket.once('error', () => reject(new NotRunning(`Stoa does not run on ${folder.path}: start it with "npm start"`)))
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
  // Its end takes the connection with it: that is what was asked for, or it was killed.
  if (request.command === 'down') return undefined as Result
  throw new ControlRefused(
    'the supervisor ended before it had answered: see its last lines with "npm run stoa -- logs supervisor"',
  )
}
