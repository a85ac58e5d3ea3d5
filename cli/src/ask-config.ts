import type { EnvironmentName } from '@stoa/contracts/config/environments'
import { listEnvironments } from '@stoa/contracts/config/flags-http'
import { UsageError } from './arguments.ts'
import { askOperation } from './ask-operation.ts'
import type { ReachedSystem } from './system-url.ts'

/** The environment that the system uses. */
export async function servedEnvironment(system: ReachedSystem): Promise<EnvironmentName> {
  const { items } = await askOperation(system, listEnvironments)
  return items.find(({ isServed }) => isServed)?.name ?? 'production'
}

/** Reads why a change is made, which the history keeps. @throws UsageError */
export function readReason(reason: string | undefined): string {
  if (reason === undefined || reason.trim() === '') throw new UsageError('a change requires a reason: --reason TEXT')
  return reason
}

/** Reads the number of a version. @throws UsageError */
export function readVersion(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new UsageError(`a version is a whole number from 1, not "${text}"`)
}
