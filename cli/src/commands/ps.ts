import { askSupervisor, NotRunning, type ProcessRow } from '@stoa/supervisor/control'
import type { DataFolder } from '@stoa/supervisor/data-folder'
import { readArguments } from '../arguments.ts'
import { formatTable, say, sayJson, toned, type Tone } from '../output.ts'

export const help = `Usage: stoa ps [--json]

Lists every process with its state: starting, ready, draining, unhealthy or stopped. A process that ends soon after each of its
last starts is "failing", with its last error; --json then has "failing": {starts, error} beside the state.
`

const tones: Readonly<Record<ProcessRow['state'], Tone>> = {
  ready: 'green',
  starting: 'yellow',
  draining: 'yellow',
  unhealthy: 'red',
  stopped: 'dim',
}

export async function run(args: readonly string[]): Promise<number> {
  const { folder, values } = readArguments(args, { json: { type: 'boolean' } })
  const rows = await listProcesses(folder)
  if (values.json === true) {
    sayJson(rows)
    return 0
  }
  const states = rows.map(stateOf)
  const cells = rows.map(({ service, instance, pid, port }, index) => [
    service,
    instance,
    String(pid ?? '-'),
    String(port),
    states[index] ?? '',
  ])
  const [heading = '', ...lines] = formatTable(['SERVICE', 'INSTANCE', 'PID', 'PORT', 'STATE'], cells)
  say(toned('bold', heading))
  lines.forEach((line, index) => {
    const row = rows[index]
    const state = states[index] ?? ''
    if (row === undefined || !line.endsWith(state)) return say(line)
    const tone = row.failing === undefined ? tones[row.state] : 'red'
    say(`${line.slice(0, line.length - state.length)}${toned(tone, state)}`)
  })
  return 0
}

/** The state of a process for people; of one that ends soon after each start, with the reason. */
function stateOf({ state, failing }: Pick<ProcessRow, 'state' | 'failing'>): string {
  return failing === undefined ? state : `failing (${failing.starts} starts): ${failing.error}`
}

async function listProcesses(folder: DataFolder): Promise<readonly ProcessRow[]> {
  try {
    return await askSupervisor<ProcessRow[]>(folder, { command: 'ps' })
  } catch (error) {
    if (!(error instanceof NotRunning)) throw error
    const { stoppedRows } = await import('@stoa/supervisor/stopped-rows')
    return stoppedRows(folder)
  }
}
