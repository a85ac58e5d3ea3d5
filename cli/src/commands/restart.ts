import { askSupervisor } from '@stoa/supervisor/control'
import { readArguments } from '../arguments.ts'
import { say } from '../output.ts'

export const help = `Usage: stoa restart [SERVICE | INSTANCE...]

Restarts services or single processes (order-2), and returns when they are ready. Restarts all services if none is named. The
processes of a scaled service are restarted one after another.
`

export async function run(args: readonly string[]): Promise<number> {
  const { folder, positionals } = readArguments(args, {}, { positionals: Infinity })
  await askSupervisor(folder, { command: 'restart', services: positionals })
  say('Ready again.')
  return 0
}
