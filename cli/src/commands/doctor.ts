import { examine } from '@stoa/system/supervisor/examine'
import { readArguments } from '../arguments.ts'
import { say, sayJson, toned } from '../output.ts'

export const help = `Usage: stoa doctor [--json]

Looks at what the system needs from this machine: runtime, PostgreSQL, ports, disk, memory. Exit code 1 when something is
missing or in the way.
`

export async function run(args: readonly string[]): Promise<number> {
  const { folder, values } = readArguments(args, { json: { type: 'boolean' } })
  const findings = await examine(folder, process.env)
  if (values.json === true) sayJson(findings)
  else
    for (const { what, isFine, detail } of findings)
      say(`${isFine ? toned('green', 'fine') : toned('red', 'bad ')}  ${what}: ${detail}`)
  return findings.every(({ isFine }) => isFine) ? 0 : 1
}
