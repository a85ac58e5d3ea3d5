import { askSupervisor, NotRunning } from '@stoa/supervisor/control'
import { readArguments } from '../arguments.ts'
import { say } from '../output.ts'

export const help = `Usage: stoa down

Stops all services, then PostgreSQL, and returns when they have exited. No data is lost.
`

export async function run(args: readonly string[]): Promise<number> {
  const { folder } = readArguments(args, {})
  try {
    await askSupervisor(folder, { command: 'down' })
    say('Stopped.')
  } catch (error) {
    if (!(error instanceof NotRunning)) throw error
    say('Stoa is not running; nothing to stop.')
  }
  return 0
}
