import { checkArchitecture } from '@stoa/system/checklist/check-architecture'
import { defaultSystem, loadSystem } from '@stoa/system/load-system'
import { readArguments } from '../arguments.ts'
import { say, sayJson, toned } from '../output.ts'

export const help = `Usage: stoa checklist [--system NAME] [--json]

Prints the architecture checklist of a system, each point with its evidence, which is computed from the contracts, settings, manifests and
documents: gateway, mesh, catalogue, databases, events, patterns, discovery and configuration, observability, resilience, service levels.
Ends with 1 if something is missing. NAME is ${defaultSystem} by default.
`

const options = { system: { type: 'string' }, json: { type: 'boolean' } } as const

export async function run(args: readonly string[]): Promise<number> {
  const { values } = readArguments(args, options)
  const points = await checkArchitecture(await loadSystem(values.system ?? defaultSystem))
  const holding = points.filter(({ missing }) => missing.length === 0)
  if (values.json === true) sayJson(points)
  else {
    for (const [index, { title, evidence, missing }] of points.entries()) {
      say(`${missing.length === 0 ? toned('green', 'ok     ') : toned('red', 'MISSING')} ${index + 1}. ${title}`)
      for (const each of missing) say(`          missing: ${each}`)
      for (const each of evidence) say(`          ${each}`)
    }
    say(`${holding.length} of ${points.length} points hold`)
  }
  return holding.length === points.length ? 0 : 1
}
