import { expect, test } from 'vitest'
import { checkErrorCodes } from './error-codes.ts'
import { root } from './root.ts'

test('refuses an error whose code is in no catalogue', async () => {
  expect(await checkErrorCodes(`${root}/tools/checks/fixtures/error-codes`, ['src'])).toEqual([
    'src/invented.ts:4: an AppError without a catalogue: use platformError or catalogueError',
    'src/invented.ts:6: an AppError without a catalogue: use platformError or catalogueError',
  ])
})
