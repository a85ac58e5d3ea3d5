import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

export const help = `Usage: stoa new service NAME
       stoa new system NAME

service generates a complete service: contract, use cases, events, tables and tests, registered in the shop. system generates
systems/NAME.ts, a system with accounts and a gateway, to which you add services. NAME is lower-case words joined by hyphens,
for a service in the singular (gift-card).
`

const program = resolve(import.meta.dirname, '../../../tools/new/src/main.ts')

export async function run(args: readonly string[]): Promise<number> {
  return spawnSync(process.execPath, [program, ...args], { stdio: 'inherit' }).status ?? 1
}
