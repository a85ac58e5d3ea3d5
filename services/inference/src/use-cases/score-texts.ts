import { setImmediate } from 'node:timers/promises'
import type { RpcHandler } from '@stoa/contract'
import type { InferenceService } from '@stoa/contracts/inference/service'
import { platformError } from '@stoa/kernel'
import { bulkhead } from '@stoa/resilience'
import type { Deps } from '../deps.ts'
import { embedQuestion, scoreText, type TextScore } from '../domain/score-text.ts'

const mostTexts = 100
const longestQuestion = 500
/** A caller has given up by then. Payments are scored in this process too. */
const longestMs = 3_000

/** Scores texts, for one question after the other: side by side all of them would be late. */
export function scoreTexts({ words }: Deps): RpcHandler<InferenceService, 'scoreTexts'> {
  const places = bulkhead({ name: 'score-texts', maxConcurrent: 1, maxWaiting: 20 })
  return async ({ input: { question, texts }, refuse }) => {
    if (texts.length > mostTexts) return refuse('request.invalid', `At most ${mostTexts} texts are scored at once.`)
    const untilMs = performance.now() + longestMs
    return places.execute(async () => {
      const embedded = embedQuestion(words(), question.slice(0, longestQuestion))
      const scores: TextScore[] = []
      for (const text of texts) {
        if (performance.now() > untilMs) throw platformError('request.deadline_exceeded', 'Scoring took too long.')
        scores.push(scoreText(embedded, text))
        // a text takes some milliseconds
        await setImmediate()
      }
      return { scores: scores.map(({ score, sentences }) => ({ score, sentences: [...sentences] })) }
    })
  }
}
