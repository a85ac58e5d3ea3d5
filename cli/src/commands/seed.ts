import { askSupervisor } from '@stoa/supervisor/control'
import { readArguments } from '../arguments.ts'
import { note, say } from '../output.ts'

export const help = `Usage: stoa seed

Loads the demonstration data into every service of the running system that does not have it yet, and returns when all read
copies have caught up. Existing data is kept.
`

export async function run(args: readonly string[]): Promise<number> {
  const { folder } = readArguments(args, {})
  await askSupervisor(folder, { command: 'seed' }, note)
  say('The demonstration data is loaded.')
  return 0
}
