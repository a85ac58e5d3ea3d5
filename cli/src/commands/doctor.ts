import { examine } from '@stoa/supervisor/examine'
import { readArguments } from '../arguments.ts'
import { examineOpenFiles, examineRegistry } from '../examine-machine.ts'
import { examineClocks } from '../examine-clocks.ts'
import { examineConsumers } from '../examine-consumers.ts'
import { say, sayJson, toned } from '../output.ts'

export const help = `Usage: stoa doctor [--json]

Checks what the system needs from this machine: runtime, PostgreSQL, ports, disk, memory, open files. If the system is
running, also checks the clocks, the registry, and that no event waits without a dead letter that explains it. Exits with 1 on a finding.
`

export async function run(args: readonly string[]): Promise<number> {
  const { folder, values } = readArguments(args, { json: { type: 'boolean' } })
  const findings = [...(await examine(folder, process.env)), examineOpenFiles()]
  if (findings.some(({ what, isFine }) => what === 'processes' && isFine))
    findings.push(await examineClocks(folder), await examineRegistry(folder), await examineConsumers(folder))
  if (values.json === true) sayJson(findings)
  else
    for (const { what, isFine, detail } of findings)
      say(`${isFine ? toned('green', 'fine') : toned('red', 'bad ')}  ${what}: ${detail}`)
  return findings.every(({ isFine }) => isFine) ? 0 : 1
}
