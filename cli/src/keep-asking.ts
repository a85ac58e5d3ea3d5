import { setTimeout as delay } from 'node:timers/promises'
import { CommandFailed } from './arguments.ts'
import { note } from './output.ts'

const firstPauseMs = 500
const longestPauseMs = 5_000
const giveUpAfterMs = 120_000

/**
 * Asks until there is an answer, so that a command that follows something outlives the restart of a service: a temporary
 * failure is noted once, and given up on after two minutes. @throws CommandFailed
 */
export async function keepAsking<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  const giveUpAt = performance.now() + giveUpAfterMs
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof CommandFailed) || !error.isTemporary || performance.now() > giveUpAt) throw error
      if (pauseMs === firstPauseMs) note(`${error.message}; trying again`)
    }
    await delay(pauseMs)
  }
}
