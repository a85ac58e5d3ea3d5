import type { AnswerSource } from '@stoa/contracts/support/resources'

/** A published text that may answer a question. */
export interface AnswerCandidate extends Omit<AnswerSource, 'quotes' | 'score'> {
  readonly body: string
}

/** How well a text answers, and where its best sentences are. */
export interface GivenScore {
  readonly score: number
  readonly sentences: readonly { readonly start: number; readonly end: number }[]
}

/** Below it, a question has no answer: on the measured set, questions that no article answers stay below. */
const leastScore = 0.38
/** Sources that score much less than the best one answer something else. */
const leastShare = 0.85
const mostSources = 3
const longestQuote = 600

/** The sources that answer, best first, quoted as they are. @throws Error if the scores do not fit the candidates */
export function sourcesOf(candidates: readonly AnswerCandidate[], scores: readonly GivenScore[]): AnswerSource[] {
  if (scores.length !== candidates.length) throw new Error(`${candidates.length} texts have ${scores.length} scores`)
  const scored = candidates
    .map((candidate, index) => ({ candidate, ...validScore(candidate, scores[index]) }))
    .toSorted((left, right) => right.score - left.score)
  const least = Math.max(leastScore, (scored[0]?.score ?? 0) * leastShare)
  return scored
    .filter(({ score }) => score >= least)
    .slice(0, mostSources)
    .map(({ candidate: { body, ...source }, score, sentences }) => ({
      ...source,
      quotes: sentences.map(({ start, end }) => beginningOf(body.slice(start, end))),
      score,
    }))
}

function validScore({ body }: AnswerCandidate, given: GivenScore | undefined): GivenScore {
  if (given === undefined || !(given.score >= 0 && given.score <= 1)) throw new Error('a score is not from 0 to 1')
  const isOutside = given.sentences.some(({ start, end }) => !(start >= 0 && start < end && end <= body.length))
  if (isOutside) throw new Error('a sentence is outside of its text')
  return given
}

/** The text, or its beginning, which does not end within a character. */
function beginningOf(text: string): string {
  return text.slice(0, longestQuote).replace(/[\ud800-\udbff]$/, '')
}
