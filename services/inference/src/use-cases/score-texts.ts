import { setImmediate } from 'node:timers/promises'
import type { RpcHandler } from '@stoa/contract'
import type { InferenceService } from '@stoa/contracts/inference/service'
import type { Deps } from '../deps.ts'
import { embedQuestion, scoreText, type TextScore } from '../domain/score-text.ts'

const mostTexts = 100
const longestQuestion = 500

export const scoreTexts =
  ({ words }: Deps): RpcHandler<InferenceService, 'scoreTexts'> =>
  async ({ input: { question, texts }, refuse }) => {
    if (texts.length > mostTexts) return refuse('request.invalid', `At most ${mostTexts} texts are scored at once.`)
    const vectors = words()
    const embedded = embedQuestion(vectors, question.slice(0, longestQuestion))
    const scores: TextScore[] = []
    for (const text of texts) {
      scores.push(scoreText(vectors, embedded, text))
      // a text takes about a millisecond
      await setImmediate()
    }
    return { scores: scores.map(({ score, sentences }) => ({ score, sentences: [...sentences] })) }
  }
