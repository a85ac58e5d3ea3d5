import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { root } from './root.ts'
import { compile, type CompilerError, parseCompilerErrors, readRefusals } from './type-fixtures.ts'

const folder = 'tools/checks/fixtures/types'
const fixtures = readdirSync(join(root, folder)).filter((name) => name.endsWith('.ts'))

let errors: CompilerError[]

beforeAll(async () => {
  errors = await compile(root, folder)
})

describe.each(fixtures)('%s must not compile', (name) => {
  const path = `${folder}/${name}`
  const refusals = readRefusals(readFileSync(join(root, path), 'utf8'))

  test.each(refusals)('refuses $why', ({ line }) => {
    expect(errors.filter((error) => error.file === path && error.line === line)).not.toEqual([])
  })

  test('compiles but for what is marked', () => {
    const marked = new Set(refusals.map(({ line }) => line))
    expect(errors.filter((error) => error.file === path && !marked.has(error.line))).toEqual([])
  })

  test('marks something', () => {
    expect(refusals).not.toEqual([])
  })
})

test('reads the place of an error from what tsc prints', () => {
  expect(parseCompilerErrors("a/b.ts(3,14): error TS2322: Type 'string' is no number.\n  continued\n")).toEqual([
    { file: 'a/b.ts', line: 3, message: "TS2322: Type 'string' is no number." },
  ])
})
