import { askSupervisor } from '@stoa/system/supervisor/control'
import { readArguments } from '../arguments.ts'
import { say } from '../output.ts'

export const help = `Usage: stoa restart [SERVICE | INSTANCE...]

Stops these services (all of them when none is named), starts them again and returns when they are ready. Of a service with
several processes one is restarted after the other; order-2 is that one alone.
`

export async function run(args: readonly string[]): Promise<number> {
  const { folder, positionals } = readArguments(args, {}, { positionals: Infinity })
  await askSupervisor(folder, { command: 'restart', services: positionals })
  say('Ready again.')
  return 0
}
