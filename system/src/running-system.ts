import { alertRulesOf } from './alert-rules.ts'
import { defaultSystem, loadSystem } from './load-system.ts'

/** The system that this process belongs to: that of STOA_SYSTEM, else the shop. */
export const runningSystem = await loadSystem(process.env['STOA_SYSTEM'] || defaultSystem)

/** The alert rules of this system: those of the file that `stoa publish prometheus` makes. */
export const runningAlertRules = () => alertRulesOf(runningSystem)
