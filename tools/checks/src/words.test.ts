import { expect, test } from 'vitest'
import { root } from './root.ts'
import { checkWords, findPhrases } from './words.ts'

test('catches phrases in comments, strings and documents, also across a line break', async () => {
  expect(await checkWords(root, ['tools/checks/fixtures/words'], [])).toEqual([
    'tools/checks/fixtures/words/riddle.md:3: "the own"; write: its own, their own, or name the owner',
    'tools/checks/fixtures/words/riddle.md:4: "unless told otherwise"; write: by default',
    'tools/checks/fixtures/words/riddle.ts:2: "called off"; write: cancel',
    'tools/checks/fixtures/words/riddle.ts:3: "for ever"; write: permanently',
    'tools/checks/fixtures/words/riddle.ts:5: "can not"; write: cannot',
  ])
})

test.each(['amended', 'recommend', 'cannot', 'forever', 'the owner', 'kind-the-own'])('allows "%s"', (text) => {
  expect(findPhrases(text)).toEqual([])
})
