import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { importsOf, undeclaredImports } from './imports.ts'

test('finds packages in imports of all forms, and none in texts and comments', () => {
  const code = `
import fs from 'node:fs'
import { a } from './a.ts'
import pg from 'pg'
import '@scope/effect'
export { b } from "@scope/name/part"
const late = await import('late/file.js')
export declare const c: import("types").C
// from 'comment'
const text = "PRI * HTTP" + from('')`
  expect(importsOf(code).toSorted()).toEqual(['@scope/effect', '@scope/name', 'late', 'pg', 'types'])
})

test('names what a package imports and does not declare, also in declarations', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stoa-imports-'))
  try {
    writeFileSync(join(folder, 'index.js'), `import { x } from '@stoa/kernel'\nimport 'path'\nimport '@stoa/self'`)
    writeFileSync(join(folder, 'index.d.ts'), `export type T = import('typebox').TObject`)
    const dependencies = { '@stoa/kernel': '0.1.0' }
    expect(undeclaredImports(folder, { name: '@stoa/self', dependencies })).toEqual(['typebox'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
