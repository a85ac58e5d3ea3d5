import type { Handler } from '@stoa/contract'
import type { SupportService } from '@stoa/contracts/support/service'
import { circuitBreaker, timeout, wrap } from '@stoa/resilience'
import type { Logger } from '@stoa/telemetry'
import { sourcesOf } from '../domain/answer.ts'
import { findAnswerCandidates } from '../store/answer-candidates.ts'

/** Articles that are compared with a question. */
const mostCandidates = 50
const timeoutMs = 3_000

/**
 * Answers with sentences of the articles as they are published now: inference only says which of them answer, and keeps nothing, so an
 * article that was unpublished is not quoted from then on.
 */
export function answerQuestion({ logger }: { readonly logger: Logger }): Handler<SupportService, 'answerQuestion'> {
  const policy = wrap(
    circuitBreaker({ name: 'score-texts', openMs: 10_000 }),
    timeout({ name: 'score-texts', timeoutMs }),
  )
  return async ({ body: { question, locale }, calls, db, refuse }) => {
    const candidates = await findAnswerCandidates(db, { question, locale, limit: mostCandidates })
    if (candidates.length === 0) return { status: 200, body: { outcome: 'no_answer', sources: [] } }
    const texts = candidates.map(({ title, body }) => ({ title, body }))
    try {
      const sources = await policy.execute(async ({ signal }) => {
        const { scores } = await calls.inference.scoreTexts({ question, texts }, { signal })
        return sourcesOf(candidates, scores)
      })
      return { status: 200, body: { outcome: sources.length === 0 ? 'no_answer' : 'answered', sources } }
    } catch (error) {
      logger.warn('a question could not be answered', { error })
      return refuse('support.answers_unavailable', 'Articles cannot be compared with the question now.')
    }
  }
}
