import type { Service } from '@stoa/contract'
import type { System } from './define-system.ts'
import { alertRulesOf, p99Of } from './alert-rules.ts'
import { defaultSystem, loadSystem } from './load-system.ts'

/** The system that this process belongs to: that of STOA_SYSTEM, else the shop. */
export const runningSystem = await loadSystem(process.env['STOA_SYSTEM'] || defaultSystem)

/** Returns the contract that a service has in a system, which can leave out modules of it. Throws if the system has no such service. */
export function contractIn({ name, services }: System, service: string): Service {
  const contract = services.find((deployment) => deployment.name === service)?.contract
  if (contract === undefined) throw new Error(`the system ${name} has no service ${service}`)
  return contract
}

/** The alert rules of this system: those of the file that `stoa publish prometheus` makes. */
export const runningAlertRules = () => alertRulesOf(runningSystem)

/** The service levels of this system, each with the expression of its 99th percentile in seconds. */
export const runningServiceLevels = () =>
  runningSystem.services.flatMap(({ contract }) =>
    contract === undefined ? [] : [{ service: contract.name, slo: contract.slo, p99: p99Of(contract) }],
  )
