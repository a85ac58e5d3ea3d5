import { readReaching, UsageError } from '../arguments.ts'
import { logIn } from '../logins.ts'
import { note, say } from '../output.ts'

export const help = `Usage: stoa login [--url URL]

Signs in to a deployed system at --url or STOA_URL, so that the commands that accept --url can use it. Open the printed
address in a browser, enter the code, and sign in. The tokens are stored in your configuration folder until "stoa logout".
Programs pass a token in STOA_TOKEN instead.
`

export async function run(args: readonly string[]): Promise<number> {
  const { system } = readReaching(args, {})
  if (system.url === undefined) throw new UsageError('login requires the URL of a system: --url URL or STOA_URL')
  await logIn(system.url, (address, code) => say(`Open ${address} and enter the code ${code}`))
  note(`Signed in to ${system.url}.`)
  return 0
}
