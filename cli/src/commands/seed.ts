import { askSupervisor } from '@stoa/system/supervisor/control'
import { readArguments } from '../arguments.ts'
import { note, say } from '../output.ts'

export const help = `Usage: stoa seed

Puts the demonstration data into every service of the running system that has not got them, and returns when all read
copies have followed. What is there already stays.
`

export async function run(args: readonly string[]): Promise<number> {
  const { folder } = readArguments(args, {})
  await askSupervisor(folder, { command: 'seed' }, note)
  say('The demonstration data are in.')
  return 0
}
