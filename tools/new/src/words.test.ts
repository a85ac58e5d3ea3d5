import { expect, test } from 'vitest'
import { isKebabCase, pluralOf, reword, spellingsOf } from './words.ts'

test('a name is written in each way that code writes names', () => {
  expect(spellingsOf('gift-card')).toEqual({
    kebab: 'gift-card',
    camel: 'giftCard',
    pascal: 'GiftCard',
    snake: 'gift_card',
    prose: 'gift card',
  })
})

test('a name is lower-case words joined by hyphens', () => {
  expect(['loyalty', 'gift-card', 'a2-b'].filter(isKebabCase)).toEqual(['loyalty', 'gift-card', 'a2-b'])
  expect(
    ['', 'Gift', 'gift_card', '-gift', 'gift-', 'gift--card', '2gift', 'gift-2', '../x'].filter(isKebabCase),
  ).toEqual([])
})

test('more than one ends in s, es or ies', () => {
  expect(['list', 'box', 'loyalty', 'key', 'watch'].map(pluralOf)).toEqual([
    'lists',
    'boxes',
    'loyalties',
    'keys',
    'watches',
  ])
})

test('a name takes the place of another in every way to write it', () => {
  const text = `wish-list wish-lists wishList wishLists WishList wish_lists.id 'Wish list' wish lists`
  expect(reword(text, 'wish-list', 'loyalty')).toBe(
    `loyalty loyalties loyalty loyalties Loyalty loyalties.id 'Loyalty' loyalties`,
  )
})
