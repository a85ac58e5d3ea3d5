import { globSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const names = globSync('[0-9][0-9]-*', { cwd: import.meta.dirname }).sort()
const [wanted = ''] = process.argv.slice(2)
const found = wanted === '' ? undefined : names.find((name) => name === wanted || name.startsWith(`${wanted}-`))

if (found === undefined) {
  console.error(
    `Usage: npm run -s example -- NUMBER\n\n${names.map((name) => `  ${name.replace('-', '  ')}`).join('\n')}`,
  )
  process.exitCode = wanted === '' ? 0 : 2
} else {
  await import(pathToFileURL(join(import.meta.dirname, found, 'main.ts')).href)
}
