import { askSupervisor, NotRunning, type ProcessRow } from '@stoa/system/supervisor/control'
import type { DataFolder } from '@stoa/system/supervisor/data-folder'
import { readArguments } from '../arguments.ts'
import { formatTable, say, sayJson, toned, type Tone } from '../output.ts'

export const help = `Usage: stoa ps [--json]

Lists every process with its state: starting, ready, draining, unhealthy, stopped.
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
  const cells = rows.map(({ service, instance, pid, port, state }) => [
    service,
    instance,
    String(pid ?? '-'),
    String(port),
    state,
  ])
  const [heading = '', ...lines] = formatTable(['SERVICE', 'INSTANCE', 'PID', 'PORT', 'STATE'], cells)
  say(toned('bold', heading))
  lines.forEach((line, index) => {
    const state = rows[index]?.state ?? 'stopped'
    say(line.replace(new RegExp(`${state}$`), toned(tones[state], state)))
  })
  return 0
}

async function listProcesses(folder: DataFolder): Promise<readonly ProcessRow[]> {
  try {
    return await askSupervisor<ProcessRow[]>(folder, { command: 'ps' })
  } catch (error) {
    if (!(error instanceof NotRunning)) throw error
    const { stoppedRows } = await import('@stoa/system/supervisor/stopped-rows')
    return stoppedRows(folder)
  }
}
