import { stringify } from 'yaml'
import { alertRulesOf } from '../alert-rules.ts'
import type { System } from '../define-system.ts'
import type { PublishedFile } from './kubernetes.ts'

/** Where the rules of the shop are in the repository. */
export const observabilityFolder = 'deploy/observability'

/** The alert rules of a system as a file that Prometheus loads; monitoring evaluates the same rules. */
export function prometheusRules(system: System): PublishedFile {
  const notice = `# Made from systems/${system.name}.ts and the contracts by "stoa publish prometheus": do not edit.\n`
  return { name: 'rules.yaml', text: notice + stringify({ groups: alertRulesOf(system) }, { lineWidth: 0 }) }
}
