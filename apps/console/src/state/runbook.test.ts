import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { blocksOf, placeOfRunbook, spansOf } from './runbook.ts'

const written = readFileSync(join(import.meta.dirname, '../../../../docs/runbooks/alerts.md'), 'utf8')

test('every section that a rule of the system names is a heading of the runbook', () => {
  const ids = new Set(blocksOf(written).flatMap((block) => (block.kind === 'heading' ? [block.id] : [])))
  const rules = readFileSync(join(import.meta.dirname, '../../../../deploy/observability/rules.yaml'), 'utf8')
  const named = new Set([...rules.matchAll(/runbook: (\S+)/g)].map(([, page = '']) => page))
  expect(named.size).toBeGreaterThan(5)
  for (const page of named) {
    const place = placeOfRunbook(page)
    expect(place.kind === 'page' && ids.has(place.section), page).toBe(true)
  }
})

test('no mark of the markup is left in the text of the runbook', () => {
  const texts = blocksOf(written).flatMap((block) =>
    block.kind === 'code' ? [] : block.kind === 'list' ? block.items : [block.text],
  )
  const shown = texts.flatMap(spansOf).filter(({ kind }) => kind !== 'code')
  expect(shown.length).toBeGreaterThan(20)
  for (const { text } of shown) expect(text).not.toMatch(/\*\*|`|^#|^- |\]\(/)
})

test('a runbook elsewhere is a link if it is the address of a page, and a text if not', () => {
  expect(placeOfRunbook('https://wiki.example/pages#search')).toEqual({
    kind: 'url',
    url: 'https://wiki.example/pages#search',
  })
  for (const text of ['javascript:alert(1)', 'ask Ada', '../docs/runbooks/alerts.md', 'https://'])
    expect(placeOfRunbook(text)).toEqual({ kind: 'text', text })
})

test('lines of a block are joined, and code keeps its own', () => {
  expect(
    blocksOf('# One title\n\nA line\nand another.\n\n- first\n  continued\n- second\n\n```sh\na\nb\n```\n'),
  ).toEqual([
    { kind: 'heading', depth: 1, id: 'one-title', text: 'One title' },
    { kind: 'paragraph', text: 'A line and another.' },
    { kind: 'list', items: ['first continued', 'second'] },
    { kind: 'code', text: 'a\nb' },
  ])
})
