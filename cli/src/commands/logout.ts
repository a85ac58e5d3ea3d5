import { readReaching, UsageError } from '../arguments.ts'
import { logOut } from '../logins.ts'
import { say } from '../output.ts'

export const help = `Usage: stoa logout [--url URL]

Ends the session of "stoa login" at a deployed system, and deletes its tokens on this machine.
`

export async function run(args: readonly string[]): Promise<number> {
  const { system } = readReaching(args, {})
  if (system.url === undefined) throw new UsageError('logout requires the URL of a system: --url URL or STOA_URL')
  say((await logOut(system.url)) ? `Signed out of ${system.url}.` : `You were not signed in to ${system.url}.`)
  return 0
}
