import { closed, noteText, post } from '@stoa/contract'
import { Type } from 'typebox'
import { Locale } from '../shared/locale.ts'
import { Answer } from './resources.ts'

/** POST /api/v1/answers */
export const answerQuestion = post('/api/v1/answers', {
  summary: 'Answer a question with sentences of published articles, each with its source; nothing is stored',
  permission: 'public',
  owner: 'none',
  reads: true,
  timeoutMs: 5_000,
  body: Type.Object({ question: noteText(500), locale: Locale }, closed),
  answers: { 200: Answer },
  refuses: ['support.answers_unavailable'],
})
