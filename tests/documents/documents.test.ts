import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commands } from '../../cli/src/commands.ts'
import { helpOf } from '../../cli/src/overview.ts'
import { commandsIn, linksIn, quotesIn, unsourcedIn, withoutLayout } from './claims.ts'

const root = resolve(import.meta.dirname, '../..')
const documents = globSync(
  [
    '*.md',
    'docs/**/*.md',
    '{platform,services,control,edge,tools,examples,tests}/*/README.md',
    '{system,supervisor,cli,bench,contracts,examples,tests}/README.md',
  ],
  { cwd: root },
).sort()

const read = (path: string) => readFileSync(join(root, path), 'utf8')

test('finds the documents', () => {
  expect(documents).toEqual(
    expect.arrayContaining(['README.md', 'docs/life-of-an-order.md', 'services/order/README.md']),
  )
})

describe.each(documents)('%s', (document) => {
  const text = read(document)
  const at = (target: string) => join(dirname(document), target)

  test('points to files that are there', () => {
    const missing = linksIn(text).map(({ target }) => at(target))
    expect(missing.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  test('names what is in the file it points to', () => {
    const named = linksIn(text).filter(({ name, target }) => name !== undefined && !target.endsWith('/'))
    const wrong = named.filter(
      ({ name = '', target }) =>
        existsSync(join(root, at(target))) && !read(at(target)).includes(name.replace(/\(.*$/, '')),
    )
    expect(wrong.filter(({ name = '', target }) => !at(target).endsWith(name))).toEqual([])
  })

  test('quotes what the file says', () => {
    const wrong = quotesIn(text).flatMap(({ file, parts }) => {
      const whole = existsSync(join(root, file)) ? withoutLayout(read(file)) : ''
      return parts.filter((part) => !whole.includes(withoutLayout(part))).map((part) => `${file}:\n${part}`)
    })
    expect(wrong).toEqual([])
  })
})

describe.each(documents.filter((path) => path.startsWith('docs/guides/')))('%s', (guide) => {
  test('shows no code that is not quoted from a file', () => {
    expect(unsourcedIn(read(guide))).toEqual([])
  })
})

test.each(documents)('%s shows only commands that there are, with options they have', async (document) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: object }
  const wrong: unknown[] = []
  for (const shown of commandsIn(read(document))) {
    const { program, name, next, options } = shown
    const command = program === 'npm' ? undefined : commands[name]
    const help = command === undefined ? '' : helpOf(command, (await command.load()).help)
    const hasSubcommands = new RegExp(`stoa ${name} [a-z]`).test(help)
    const isKnown =
      program === 'npm'
        ? name in scripts
        : help !== '' &&
          options.every((option) => help.includes(option) || ['--help', '--data'].includes(option)) &&
          (next === undefined || !hasSubcommands || help.includes(`stoa ${name} ${next}`))
    if (!isKnown) wrong.push(shown)
  }
  expect(wrong).toEqual([])
})

test('the commands of a document are found in its blocks and between backticks', () => {
  const markdown = 'A `stoa saga show ID` and `npm run -s made`.\n\n```sh\nnpm run stoa -- logs -f order   # see\n```\n'
  expect(commandsIn(markdown)).toEqual([
    { program: 'stoa', name: 'logs', next: undefined, options: ['-f'] },
    { program: 'stoa', name: 'saga', next: 'show', options: [] },
    { program: 'npm', name: 'made', next: undefined, options: [] },
  ])
})

test('code in a guide without the file it is from is found', () => {
  expect(unsourcedIn('```ts file=a.ts\none\n```\n\n```ts\ntwo\n```\n\n```sh\nthree\n```\n')).toEqual(['two\n'])
})

test('follows an order through quotes of the files themselves', () => {
  expect(quotesIn(read('docs/life-of-an-order.md')).length).toBeGreaterThan(8)
})

test('a quote is found again when it was only laid out again, and not when it was changed', () => {
  const file = withoutLayout('const a = f(\n  one,\n  two,\n)\n')
  expect(file).toContain(withoutLayout('f(one, two)'))
  expect(file).not.toContain(withoutLayout('f(one, three)'))
})

test('a quote is split where something is left out, and a link in code is none', () => {
  const markdown = 'A [`b`](b.ts#L1) and [c](https://c.example).\n\n```ts file=b.ts\none\n  …\ntwo [x](y)\n```\n'
  expect(quotesIn(markdown)).toEqual([{ file: 'b.ts', parts: ['one\n', '\ntwo [x](y)\n'] }])
  expect(linksIn(markdown)).toEqual([{ target: 'b.ts', name: 'b' }])
})
